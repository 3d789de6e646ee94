"""The Lambda handlers: one module per kind of function, and what they share."""
