"""What is printed: codes as pictures that a phone reads."""
