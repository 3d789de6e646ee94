"""What the tests of actions share."""

from tests.simulation.conftest import buggy_rules

__all__ = ("buggy_rules",)
