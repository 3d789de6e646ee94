"""Chance: a draw is a hash of the seed and of what is drawn for, the same on any machine.

So a draw depends on no other. Whoever takes an order or a fault out of a world leaves the luck of
all the rest as it was, which is what makes a schedule shrink.
"""

from collections.abc import Sequence
from hashlib import blake2b
from struct import Struct

WHOLE = 1 << 32

_numbers = Struct("<4I").unpack

type Draw = tuple[int, int, int, int]
"""Four independent numbers, each below `WHOLE`."""


class Dice:
    """The luck of one world."""

    def __init__(self, seed: int) -> None:
        """Take the seed, a natural number below 2 to the power of 128."""
        self._key = seed.to_bytes(16)

    def draw(self, what: str) -> Draw:
        """Return the numbers that were drawn for this."""
        digest = blake2b(what.encode(), digest_size=16, key=self._key).digest()
        return _numbers(digest)

    def happens(self, what: str, chance: float) -> bool:
        """Tell whether something happens that does so in this share of cases."""
        return self.draw(what)[0] < chance * WHOLE

    def pick[T](self, what: str, among: Sequence[T]) -> T:
        """Return one of these."""
        return among[self.draw(what)[0] % len(among)]

    def between(self, what: str, least: int, most: int) -> int:
        """Return a whole number from `least` to `most`."""
        return least + self.draw(what)[0] % (most - least + 1)
