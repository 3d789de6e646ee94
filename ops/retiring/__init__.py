"""Retiring: a consumer that is no longer wanted, drained and destroyed."""
