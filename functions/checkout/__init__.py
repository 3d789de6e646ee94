"""Checkout: the way in; it writes down one fact and returns."""
