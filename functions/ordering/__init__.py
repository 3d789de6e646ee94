"""Ordering: decides the outcome of an order, once."""
