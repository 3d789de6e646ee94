"""Checkout: the shop's API; placing an order writes one fact and returns."""
