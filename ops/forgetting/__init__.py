"""Forgetting: what an order says of a person, blanked."""
