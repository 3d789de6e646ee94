"""What was used of AWS, by service: counted while a story is played in memory."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

WRITE_UNIT = 1024
READ_UNIT = 4096
"""Bytes of an item that one unit writes, and of one query's items that it reads consistently.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html
"""

ITEM = 100
"""Bytes that DynamoDB adds to each item that it stores, for its own use.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
"""


@dataclass
class Usage:
    """Counts by service: write and read units, invocations, calls of AWS and of the outside.

    `played` are the write units of sandboxes, in tables that are there if a stage chose them, and
    no part of `writes`. `messages` are those that a queue was sent; `lines` are bytes of the
    functions' own logs, `metrics` pairs of service and metric, `stored` bytes of items that stay,
    `published` are messages of the topic, `travelled` their bytes, and `requests` are the API's.
    """

    writes: Counter[str] = field(default_factory=Counter)
    reads: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    played: Counter[str] = field(default_factory=Counter)
    outside: Counter[str] = field(default_factory=Counter)
    invocations: Counter[str] = field(default_factory=Counter)
    messages: Counter[str] = field(default_factory=Counter)
    lines: Counter[str] = field(default_factory=Counter)
    metrics: set[tuple[str, str]] = field(default_factory=set)
    stored: int = 0
    published: int = 0
    travelled: int = 0
    requests: int = 0

    def wrote(self, service: str, units: int) -> None:
        """Note a write."""
        self.calls[service] += 1
        self.writes[service] += units

    def read(self, service: str, size: int = 0) -> None:
        """Note a consistent read of so many bytes; it costs a unit if it finds nothing, too."""
        self.calls[service] += 1
        self.reads[service] += max(1, -(-size // READ_UNIT))

    def kept(self, size: int) -> None:
        """Note an item that was not there before."""
        self.stored += size + ITEM


def units(size: int) -> int:
    """Return the write units of an item of so many bytes."""
    return -(-size // WRITE_UNIT)


def weight(item: Mapping[str, Any]) -> int:
    """Return about how many bytes an item has: of its names, and of its values as text."""
    return sum(len(name) + len(f"{value}".encode()) for name, value in item.items())
