"""Random draws: each is a hash of the seed and a key, the same on any machine.

No draw depends on another. So an order or a fault that is left out of a world changes no draw of
the rest, which is what lets a violation shrink.
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
    """Return the bound below which a number falls in this share of cases."""
    return int(chance * WHOLE)


class Draws:
    """The draws of one world."""

    def __init__(self, seed: int) -> None:
        """Take the seed, a natural number below 2 to the power of 128."""
        self._key = seed.to_bytes(16)

    def draw(self, key: str) -> Draw:
        """Return the sixteen numbers of a key."""
        return _numbers(blake2b(key.encode(), key=self._key).digest())

    def numbers(self, key: str) -> Iterator[int]:
        """Return an endless iterator of numbers for a key."""
        return chain(self.draw(key), self._more(key))

    def happens(self, key: str, chance: float) -> bool:
        """Return true in this share of cases."""
        return self.draw(key)[0] < chance * WHOLE

    def pick[T](self, key: str, among: Sequence[T]) -> T:
        """Return one of these."""
        return among[self.draw(key)[0] % len(among)]

    def between(self, key: str, least: int, most: int) -> int:
        """Return a whole number from `least` to `most`."""
        high, low, *_ = self.draw(key)
        return least + (high * WHOLE + low) % (most - least + 1)

    def _more(self, key: str) -> Iterator[int]:
        for page in count(1):
            yield from self.draw(f"{key} {page}")
