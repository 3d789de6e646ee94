"""A line of a bill, and what all of them reckon with: a month, seconds of functions, keys."""

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
"""For so long DynamoDB keeps a table's key for whoever uses it, before it asks KMS again.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.howitworks.html
"""

RUN, CALL, OUTSIDE = 0.015, 0.010, 0.7
"""Seconds that are billed: of an invocation's own, of waiting for a call of AWS, and of waiting for
a provider. Assumptions; a call of DynamoDB takes less than ten milliseconds as a rule."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """What is paid for, how many of what, and US dollars."""

    what: str
    number: float
    unit: str
    dollars: float


def line(what: str, number: float, unit: str, price: float) -> Line:
    """Return a line for so many units at a price each."""
    return Line(what=what, number=number, unit=unit, dollars=number * price)


def total(lines: tuple[Line, ...]) -> float:
    """Return the sum of some lines."""
    return sum(each.dollars for each in lines)


def seconds(service: str, usage: Usage, adapters: Mapping[str, Adapter]) -> float:
    """Return how long a service runs for what was counted; a sandbox's calls are calls of AWS."""
    chosen = adapters.get(service)
    away = bool(chosen and (chosen.mails or chosen.secret))
    waiting = usage.outside[service] * OUTSIDE if away else 0
    return usage.invocations[service] * RUN + usage.calls[service] * CALL + waiting


def second(blueprint: Blueprint) -> float:
    """Return the price of a gigabyte-second on the stage's architecture."""
    function = next(blueprint.properties(FUNCTION))
    return prices.SECOND[function["Architectures"][0]]


def gigabytes(mebibytes: int) -> float:
    """Return memory as Lambda bills it."""
    return mebibytes / 1024


def keys(blueprint: Blueprint, services: set[str]) -> Line:
    """Return what KMS is asked at most: the key of each table, by each of its users."""
    tables = {table["TableName"] for table in blueprint.properties(TABLE)}
    users = sum(
        value in tables
        for function in blueprint.properties(FUNCTION)
        if (known := function["Environment"]["Variables"])[settings.SERVICE] in services
        for value in known.values()
        if isinstance(value, str)
    )
    users += BUS.name in services  # which reads the log's stream
    return line("KMS, at most", users * (MONTH / KEY_CACHE), "request", prices.KEY_REQUEST)
