"""A scenario: what makes a world, all of it; the same scenario gives the same run on any machine."""

from dataclasses import dataclass, field, replace

from simulation.draws import Draws

CHANCES = (0.0, 0.01, 0.03, 0.1, 0.25)
"""The share of calls that meet a fault: a world's is one of these."""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A seed, how many orders, and what is left out of what the seed would bring.

    `absent` are numbers of orders that are not placed; `without` names of faults that are spared.
    """

    seed: int
    orders: int
    absent: frozenset[int] = frozenset()
    without: frozenset[str] = field(default=frozenset())

    @property
    def draws(self) -> Draws:
        """The luck of its world."""
        return Draws(self.seed)

    @property
    def chance(self) -> float:
        """The share of calls that meet a fault."""
        return self.draws.pick("chance", CHANCES)

    @property
    def present(self) -> tuple[int, ...]:
        """The numbers of the orders that are placed."""
        return tuple(number for number in range(self.orders) if number not in self.absent)

    def sparing(self, faults: frozenset[str]) -> "Scenario":
        """Return the scenario with these faults left out as well."""
        return replace(self, without=self.without | faults)

    def leaving_out(self, orders: frozenset[int]) -> "Scenario":
        """Return the scenario with these orders left out as well."""
        return replace(self, absent=self.absent | orders)
