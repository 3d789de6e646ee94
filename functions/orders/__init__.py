"""Orders: the list for customers and operators, and the detection of stalled orders."""
