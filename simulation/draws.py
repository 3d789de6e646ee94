"""Chance: a draw is a hash of the seed and of what is drawn for, the same on any machine.

So a draw depends on no other. Whoever takes an order or a fault out of a world leaves the luck of
all the rest as it was, which is what makes a schedule shrink.
"""

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from itertools import chain, count
from struct import Struct

WHOLE = 1 << 32

_numbers = Struct("<16L").unpack

type Draw = tuple[int, ...]
"""Sixteen independent numbers, each below `WHOLE`."""


def share(chance: float) -> int:
    """Return below what a number is in this share of cases."""
    return int(chance * WHOLE)


class Draws:
    """The luck of one world."""

    def __init__(self, seed: int) -> None:
        """Take the seed, a natural number below 2 to the power of 128."""
        self._key = seed.to_bytes(16)

    def draw(self, what: str) -> Draw:
        """Return the numbers that were drawn for this."""
        return _numbers(blake2b(what.encode(), key=self._key).digest())

    def row(self, what: str) -> Iterator[int]:
        """Return numbers that were drawn for this, as many as are wanted."""
        return chain(self.draw(what), self._more(what))

    def happens(self, what: str, chance: float) -> bool:
        """Tell whether something happens that does so in this share of cases."""
        return self.draw(what)[0] < chance * WHOLE

    def pick[T](self, what: str, among: Sequence[T]) -> T:
        """Return one of these."""
        return among[self.draw(what)[0] % len(among)]

    def between(self, what: str, least: int, most: int) -> int:
        """Return a whole number from `least` to `most`."""
        high, low, *_ = self.draw(what)
        return least + (high * WHOLE + low) % (most - least + 1)

    def _more(self, what: str) -> Iterator[int]:
        for page in count(1):
            yield from self.draw(f"{what} {page}")
