"""Chance: a draw is a hash of the seed and of what is drawn for, the same on any machine.

So a draw depends on no other. Whoever takes an order or a fault out of a world leaves the luck of
all the rest as it was, which is what makes a schedule shrink.
"""

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from itertools import chain, count
from struct import Struct

WHOLE = 1 << 64

_numbers = Struct("<8Q").unpack

type Draw = tuple[int, ...]
"""Eight independent numbers, each below `WHOLE`."""


class Dice:
    """The luck of one world."""

    def __init__(self, seed: int) -> None:
        """Take the seed, a natural number below 2 to the power of 128."""
        self._keyed = blake2b(key=seed.to_bytes(16))

    def draw(self, what: str) -> Draw:
        """Return the numbers that were drawn for this."""
        hashed = self._keyed.copy()
        hashed.update(what.encode())
        return _numbers(hashed.digest())

    def row(self, what: str) -> Iterator[int]:
        """Return numbers that were drawn for this, as many as are wanted."""
        return chain.from_iterable(self.draw(f"{what} {page}") for page in count())

    def happens(self, what: str, chance: float) -> bool:
        """Tell whether something happens that does so in this share of cases."""
        return self.draw(what)[0] < chance * WHOLE

    def pick[T](self, what: str, among: Sequence[T]) -> T:
        """Return one of these."""
        return among[self.draw(what)[0] % len(among)]

    def between(self, what: str, least: int, most: int) -> int:
        """Return a whole number from `least` to `most`."""
        return least + self.draw(what)[0] % (most - least + 1)
