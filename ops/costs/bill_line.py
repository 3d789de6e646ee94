"""Line of a bill, and shared figures: a month, seconds of functions, requests to KMS."""

from collections.abc import Mapping
from datetime import timedelta

import msgspec

from functions.framework.service import Adapter
from functions.map import BUS
from functions.runtime import settings
from ops.costs.usage import Usage
from ops.stage import prices
from ops.stage.templates import FUNCTION, TABLE, Blueprint

MONTH = timedelta(hours=730)

KEY_CACHE = timedelta(minutes=5)
"""The time for which DynamoDB caches a table's key for a caller; then it asks KMS again.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.howitworks.html
"""

RUN, CALL, OUTSIDE = 0.015, 0.010, 0.7
"""Billed seconds: an invocation's own, waiting for a call of AWS, and waiting for a provider.
Assumptions; a call of DynamoDB usually takes less than ten milliseconds."""


class BillLine(msgspec.Struct, frozen=True, kw_only=True):
    """An item of a bill: its name, the number of its units, and US dollars."""

    what: str
    number: float
    unit: str
    dollars: float


def line(what: str, number: float, unit: str, price: float) -> BillLine:
    """Return a line for a number of units at a price each."""
    return BillLine(what=what, number=number, unit=unit, dollars=number * price)


def total(lines: tuple[BillLine, ...]) -> float:
    """Return the sum of some lines in US dollars."""
    return sum(each.dollars for each in lines)


def billed_seconds(service: str, usage: Usage, adapters: Mapping[str, Adapter]) -> float:
    """Return the seconds that a service runs for some usage; a sandbox's calls are calls of AWS."""
    chosen = adapters.get(service)
    remote = bool(chosen and (chosen.mails or chosen.secret))
    waiting = usage.outside[service] * OUTSIDE if remote else 0
    return usage.invocations[service] * RUN + usage.calls[service] * CALL + waiting


def gb_second_price(blueprint: Blueprint) -> float:
    """Return the price of a gigabyte-second on the stage's architecture."""
    function = next(blueprint.properties(FUNCTION))
    return prices.SECOND[function["Architectures"][0]]


def gigabytes(mebibytes: int) -> float:
    """Return memory in gigabytes, as Lambda bills it."""
    return mebibytes / 1024


def kms_line(blueprint: Blueprint, services: set[str]) -> BillLine:
    """Return the most requests to KMS: for the key of each table, by each of its users."""
    tables = {table["TableName"] for table in blueprint.properties(TABLE)}
    users = sum(
        value in tables
        for function in blueprint.properties(FUNCTION)
        if (known := function["Environment"]["Variables"])[settings.SERVICE] in services
        for value in known.values()
        if isinstance(value, str)
    )
    users += BUS.name in services  # the relay reads the log's stream
    return line("KMS, at most", users * (MONTH / KEY_CACHE), "request", prices.KEY_REQUEST)
