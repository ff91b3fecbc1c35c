"""Pages staff open after signing in."""
