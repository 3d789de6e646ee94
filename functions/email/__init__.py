"""Email: tells customers what became of their orders."""
