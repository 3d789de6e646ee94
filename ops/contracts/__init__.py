"""Contracts as products: schemas that are kept for ever, what breaks them, and documents."""
