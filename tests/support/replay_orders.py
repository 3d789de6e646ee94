"""A log in memory, with 25 orders that were charged and confirmed, and time that is played."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from events.contracts.ordering import OrderConfirmed
from events.contracts.payment import PaymentCaptured, PaymentPrepared
from events.envelope import Event
from functions.runtime.memory.log import MemoryLog
from tests.support.builders import NOW, order_placed, placed, then
from tests.support.played import Time

ORDERS = [f"ORDER{number:02}" for number in range(25)]
AFTER = NOW + timedelta(hours=1)


def story_of(order: str) -> Iterator[Event[Any]]:
    """Yield an order's events by sequence, which is not the order of their slots."""
    first = placed(order=order)
    yield first
    prepared = then(first, PaymentPrepared(reference="r"))
    yield prepared
    captured = then(prepared, PaymentCaptured(reference="r", amount=order_placed().total))
    yield captured
    yield then(captured, OrderConfirmed())


@pytest.fixture
def log() -> MemoryLog:
    log = MemoryLog()
    for order in ORDERS:
        for event in story_of(order):
            log.append(event)
    return log


@pytest.fixture
def time() -> Time:
    return Time()
