"""A scenario: all inputs of a world; the same scenario gives the same run on any machine."""

from dataclasses import dataclass, field, replace

from simulation.draws import Draws

CHANCES = (0.0, 0.01, 0.03, 0.1, 0.25)
"""The share of calls that meet a fault; each world has one of these."""

AIMED_CHANCES = (0.05, 0.1, 0.2, 0.4)
ELSEWHERE = (0.0, 0.0, 0.01)
"""In a world that aims at some consumers, the share of their calls, and of all others."""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A seed, the number of orders, and the orders and faults to leave out.

    `aimed` names the consumers that bad luck is aimed at; without a name it befalls all alike.
    `absent_orders` are numbers of orders that are not placed, `excluded_faults` keys of faults that
    are not injected.
    """

    seed: int
    orders: int
    aimed: frozenset[str] = frozenset()
    absent_orders: frozenset[int] = frozenset()
    excluded_faults: frozenset[str] = field(default=frozenset())

    @property
    def draws(self) -> Draws:
        """The draws of its world."""
        return Draws(self.seed)

    @property
    def chance(self) -> float:
        """The share of calls that meet a fault."""
        return self.draws.pick("chance", ELSEWHERE if self.aimed else CHANCES)

    @property
    def aimed_chance(self) -> float:
        """The share of calls of the consumers that it aims at that meet a fault."""
        return self.draws.pick("chance of the aimed", AIMED_CHANCES) if self.aimed else 0.0

    @property
    def present(self) -> tuple[int, ...]:
        """The numbers of the orders that are placed."""
        return tuple(number for number in range(self.orders) if number not in self.absent_orders)

    def without_faults(self, faults: frozenset[str]) -> "Scenario":
        """Return the scenario without these faults."""
        return replace(self, excluded_faults=self.excluded_faults | faults)

    def without_orders(self, orders: frozenset[int]) -> "Scenario":
        """Return the scenario without these orders."""
        return replace(self, absent_orders=self.absent_orders | orders)
