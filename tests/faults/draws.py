"""Random draws in sequence, the same for the same seed."""

from collections.abc import Sequence

from simulation.draws import Draws


class SequentialDraws(Draws):
    """The simulator's draws, without keys: callers must draw in the same order each time."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self._drawn = 0

    def number(self, least: int, most: int) -> int:
        """Return the next number, from `least` to `most`."""
        self._drawn += 1
        return self.between(f"{self._drawn}", least, most)

    def one[T](self, among: Sequence[T]) -> T:
        """Return one of these."""
        return among[self.number(0, len(among) - 1)]
