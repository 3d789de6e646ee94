"""Stripe adapter; the library is imported only where a stage chooses it."""
