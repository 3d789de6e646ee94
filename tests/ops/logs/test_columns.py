"""The columns of the live view."""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from ops.logs.columns import Columns
from ops.logs.line import LogLine
from testkit.builders import NOW


@pytest.fixture(autouse=True)
def utc() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


def line(order: str | None = "7F3KXYZ", after: float = 0, **known: Any) -> LogLine:
    moment = NOW + timedelta(milliseconds=after)
    usual: dict[str, Any] = {"time": moment, "outcome": "done", "service": "payment"}
    return LogLine(**(usual | {"order": order} | known))


PLACED: dict[str, Any] = {"type": "OrderPlaced", "slot": "placed", "service": "checkout"}
CAPTURED: dict[str, Any] = {"type": "PaymentCaptured", "slot": "payment/charge"}


def test_lines_are_formatted_in_columns() -> None:
    columns = Columns()
    retry: dict[str, Any] = {
        "outcome": "retry",
        "attempt": 1,
        "attempts": 29,
        "detail": "TemplateMissing",
    }

    formatted = [
        columns.format(line(**PLACED)).plain,
        columns.format(line(after=111, **CAPTURED)).plain,
        columns.format(line(after=142, outcome="duplicate", detail="slot filled")).plain,
        columns.format(line(after=30_200, service="email", **retry)).plain,
    ]

    assert formatted == [
        "09:00:00.000  7F3K  OrderPlaced        checkout             placed",
        "09:00:00.111  7F3K  PaymentCaptured    payment     +111 ms  payment/charge",
        "09:00:00.142  7F3K  = duplicate        payment     +142 ms  slot filled",
        "09:00:30.200  7F3K  x retry 1 of 29    email       +30.2 s  TemplateMissing",
    ]


def test_an_order_whose_placing_was_not_shown_has_no_time_since_then() -> None:
    assert " +" not in Columns().format(line(**CAPTURED)).plain


def test_orders_with_a_common_prefix_are_shown_with_longer_ids() -> None:
    columns = Columns()

    assert [columns.short(order) for order in ("7F3KAB", "7F3KAC", "7F3KAB", "8888AA")] == [
        "7F3K",
        "7F3KAC",
        "7F3KAB",
        "8888",
    ]


def test_a_line_without_an_order_has_an_empty_column() -> None:
    refused = line(None, outcome="refused", detail="422 POST /checkout", service="checkout")

    assert Columns().format(refused).plain == (
        "09:00:00.000        x refused          checkout             422 POST /checkout"
    )
