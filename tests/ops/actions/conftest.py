"""Fixtures of the tests of actions."""

from tests.simulation.conftest import buggy_rules

__all__ = ("buggy_rules",)
