"""The sandbox carrier books one parcel within the life of the order's key."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from events.contracts.checkout import STANDARD
from functions.framework.ports import Record
from functions.runtime.memory.tables import MemoryTables
from functions.shipping.sandbox import DOUBT, KEY_LIFE, PARCELS, SandboxCarrier, sandbox
from testkit.builders import NOW, ORDER, SHIP_TO, Clock, resources


@pytest.fixture
def tables() -> MemoryTables:
    return MemoryTables()


@pytest.fixture
def carrier(tables: MemoryTables, clock: Clock) -> SandboxCarrier:
    return sandbox(resources(tables, clock))


def parcels(tables: MemoryTables) -> int:
    return tables(PARCELS).number(ORDER, "parcels")


def test_a_parcel_has_a_tracking_number(carrier: SandboxCarrier) -> None:
    tracking = carrier.book(ORDER, SHIP_TO, STANDARD)

    assert re.fullmatch("SBX[0-9A-F]{12}", tracking)
    assert carrier.find(ORDER) == tracking


def test_another_order_is_another_parcel(carrier: SandboxCarrier) -> None:
    assert carrier.book(ORDER, SHIP_TO, STANDARD) != carrier.book("ANOTHER", SHIP_TO, STANDARD)


def test_the_booking_has_the_customers_delivery(
    carrier: SandboxCarrier, tables: MemoryTables
) -> None:
    carrier.book(ORDER, SHIP_TO, "express")

    booked = tables(PARCELS).get(ORDER)
    assert booked
    assert booked.values["delivery"] == "express"


def test_a_parcel_that_was_never_booked_is_not_found(carrier: SandboxCarrier) -> None:
    assert carrier.find(ORDER) is None


def test_within_a_day_the_same_order_is_the_same_parcel(
    carrier: SandboxCarrier, tables: MemoryTables, clock: Clock
) -> None:
    first = carrier.book(ORDER, SHIP_TO, STANDARD)
    clock.advance(seconds=KEY_LIFE.total_seconds() - 1)

    assert carrier.book(ORDER, SHIP_TO, STANDARD) == first
    assert parcels(tables) == 1


def test_after_a_day_the_key_is_forgotten_and_a_second_parcel_is_booked(
    carrier: SandboxCarrier, tables: MemoryTables, clock: Clock
) -> None:
    first = carrier.book(ORDER, SHIP_TO, STANDARD)
    clock.advance(seconds=KEY_LIFE.total_seconds())

    assert carrier.book(ORDER, SHIP_TO, STANDARD) != first
    assert parcels(tables) == 2


def test_it_reports_whether_it_still_recognises_a_key(carrier: SandboxCarrier) -> None:
    assert carrier.recognises(NOW - KEY_LIFE + DOUBT + timedelta(seconds=1))
    assert not carrier.recognises(NOW - KEY_LIFE + DOUBT)


def test_two_concurrent_bookings_are_one_parcel(clock: Clock) -> None:
    tables = MemoryTables()
    other = sandbox(resources(tables, clock))
    numbers: list[str] = []

    class Interrupted:
        """The table of parcels, with another booking just before the first write."""

        get = staticmethod(tables(PARCELS).get)
        all = staticmethod(tables(PARCELS).all)

        @staticmethod
        def put(record: Record) -> bool:
            if not numbers:
                numbers.append(other.book(ORDER, SHIP_TO, STANDARD))
            return tables(PARCELS).put(record)

    numbers.append(SandboxCarrier(Interrupted(), clock).book(ORDER, SHIP_TO, STANDARD))

    assert numbers[0] == numbers[1]
    assert parcels(tables) == 1


@pytest.mark.parametrize("days", [0, 1, 7])
def test_a_lookup_before_a_late_booking_keeps_it_to_one_parcel(
    carrier: SandboxCarrier, tables: MemoryTables, clock: Clock, days: int
) -> None:
    book: Callable[[], str] = lambda: (  # noqa: E731  as shipping's reaction does
        (None if carrier.recognises(NOW) else carrier.find(ORDER))
        or carrier.book(ORDER, SHIP_TO, STANDARD)
    )
    first = book()
    clock.advance(days=days)

    assert book() == first
    assert parcels(tables) == 1
