"""Usage of AWS by service, counted while an order is processed in memory."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

WRITE_UNIT = 1024
READ_UNIT = 4096
"""Bytes of an item in one write unit; bytes of a query's items in one unit of consistent reads.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html
"""

ITEM = 100
"""Bytes that DynamoDB adds to each stored item.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
"""


@dataclass
class Usage:
    """Counts by service: write and read units, invocations, calls of AWS and of the outside.

    `sandbox_writes` are write units of sandboxes, whose tables exist if a stage chose them, and no
    part of `writes`. `messages` are those sent to a queue; `lines` are bytes of the functions'
    own logs, `metrics` pairs of service and metric, `stored` bytes of items that stay, `published`
    messages of the topic, `published_bytes` their bytes, and `requests` are the API's.
    """

    writes: Counter[str] = field(default_factory=Counter)
    reads: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    sandbox_writes: Counter[str] = field(default_factory=Counter)
    outside: Counter[str] = field(default_factory=Counter)
    invocations: Counter[str] = field(default_factory=Counter)
    messages: Counter[str] = field(default_factory=Counter)
    lines: Counter[str] = field(default_factory=Counter)
    metrics: set[tuple[str, str]] = field(default_factory=set)
    stored: int = 0
    published: int = 0
    published_bytes: int = 0
    requests: int = 0

    def add_write(self, service: str, units: int) -> None:
        """Count a write."""
        self.calls[service] += 1
        self.writes[service] += units

    def add_read(self, service: str, size: int = 0) -> None:
        """Count a consistent read of `size` bytes; one that finds nothing costs a unit, too."""
        self.calls[service] += 1
        self.reads[service] += max(1, -(-size // READ_UNIT))

    def add_item(self, size: int) -> None:
        """Count a new item."""
        self.stored += size + ITEM


def units(size: int) -> int:
    """Return the write units of an item of `size` bytes."""
    return -(-size // WRITE_UNIT)


def item_bytes(item: Mapping[str, Any]) -> int:
    """Return the approximate size of an item in bytes: its names, and its values as text."""
    return sum(len(name) + len(f"{value}".encode()) for name, value in item.items())
