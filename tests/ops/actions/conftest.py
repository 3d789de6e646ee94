"""What the tests of actions share."""

from tests.simulation.conftest import mistaken

__all__ = ("mistaken",)
