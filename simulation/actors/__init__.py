"""Actors of a simulated world: customers, operators, and outages of whole consumers."""
