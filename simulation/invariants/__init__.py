"""Invariants of a simulated world: functions that return whether they hold."""
