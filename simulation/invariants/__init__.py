"""Invariants: what must hold in every simulated world, and the violation that reports a breach."""
