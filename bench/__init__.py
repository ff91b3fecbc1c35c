"""What the portal costs, beside what the bare framework costs, in one run.

`python -m bench` prints the tables; nothing in here is imported by the product.
"""
