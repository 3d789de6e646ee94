"""Costs of orders: their processing, and the storage of their data afterwards."""

from collections.abc import Iterator, Mapping
from typing import Any

from functions.framework.service import Adapter, Consumer
from functions.map import API, BUS, CONSUMERS
from functions.runtime import settings
from ops.cli.formats import counted
from ops.costs.bill_line import (
    BillLine,
    billed_seconds,
    gb_second_price,
    gigabytes,
    kms_line,
    line,
)
from ops.costs.logged import PLATFORM
from ops.costs.usage import Usage
from ops.stage import prices
from ops.stage.prices import REQUESTS_PER_BATCH
from ops.stage.templates import TABLE, Blueprint

COMPRESSED = 0.15
"""The compressed size of stored logs, as a part of their bytes: an assumption."""


def busy(blueprint: Blueprint, usage: Usage, orders: int) -> Iterator[BillLine]:
    """Yield the lines that orders add to a month; each order has the counted `usage`."""
    adapters = dict(adapters_of(blueprint))
    memory = {service.name: service.memory for service in (API, BUS, *CONSUMERS)}
    ran = sum(
        billed_seconds(name, usage, adapters) * gigabytes(memory[name])
        for name in usage.invocations
    )
    written = usage.writes.total()
    written += sum(usage.sandbox_writes[name] for name, chosen in adapters.items() if chosen.tables)
    invoked = usage.invocations.total()
    logged = usage.lines.total() + PLATFORM * invoked
    delivered = usage.messages.total()
    yield line("API, requests", orders * usage.requests, "request", prices.API_REQUEST)
    yield line("Lambda, invocations", orders * invoked, "invocation", prices.INVOCATION)
    yield line("Lambda, their duration", orders * ran, "GB-second", gb_second_price(blueprint))
    yield line("DynamoDB, writes", orders * written, "write unit", prices.WRITE_UNIT)
    reads = usage.reads.total()
    yield line("DynamoDB, reads", orders * reads, "read unit", prices.READ_UNIT)
    size = usage.published_bytes / usage.published
    publishing = prices.PUBLISHED + size * prices.PUBLISHED_BYTE
    delivering = prices.DELIVERED + size * prices.DELIVERED_BYTE
    yield line("SNS, published", orders * usage.published, "message", publishing)
    yield line("SNS, delivered", orders * delivered, "message", delivering)
    for ordered, kind in ((False, "standard"), (True, "FIFO")):
        sent = sum(usage.messages[c.name] for c in CONSUMERS if c.ordered is ordered)
        trips = orders * sent * REQUESTS_PER_BATCH
        yield line(f"SQS, {kind}", trips, "request", prices.REQUEST[ordered])
    yield line("logs", orders * logged / prices.GIGABYTE, "GB", prices.LOGGED * prices.GIGABYTE)
    mails = sum(usage.outside[name] for name, chosen in adapters.items() if chosen.mails)
    if mails:
        yield line("mails", orders * mails, "mail", prices.MAIL)
    yield line("metrics", len(usage.metrics), "metric", prices.METRIC)
    yield kms_line(blueprint, set(memory))


def keeping(blueprint: Blueprint, usage: Usage, orders: int) -> Iterator[BillLine]:
    """Yield the monthly lines for the storage of the orders' data."""
    stored = orders * usage.stored / prices.GIGABYTE
    yield line("DynamoDB, stored", stored, "GB", prices.STORED * prices.GIGABYTE)
    if any(_recoverable(table) for table in blueprint.properties(TABLE)):
        price = prices.RECOVERABLE * prices.GIGABYTE
        yield line("DynamoDB, point-in-time recovery", stored, "GB", price)
    logged = orders * (usage.lines.total() + PLATFORM * usage.invocations.total())
    price = prices.LOG_STORED * prices.GIGABYTE
    days = max(group["RetentionInDays"] for group in blueprint.properties("AWS::Logs::LogGroup"))
    yield line(
        f"logs, for {counted(days, 'day')}", logged * COMPRESSED / prices.GIGABYTE, "GB", price
    )


def adapters_of(blueprint: Blueprint) -> Iterator[tuple[str, Adapter]]:
    """Yield the stage's adapters by service."""
    chosen = blueprint.settings(settings.ADAPTER)
    services = blueprint.settings(settings.SERVICE)
    consumers: Mapping[str, Consumer] = {consumer.name: consumer for consumer in CONSUMERS}
    for function, name in chosen.items():
        consumer = consumers[services[function]]
        adapter = consumer.adapter(name)
        if adapter:
            yield consumer.name, adapter


def _recoverable(table: Mapping[str, Any]) -> bool:
    recovery = table.get("PointInTimeRecoverySpecification", {})
    return bool(recovery.get("PointInTimeRecoveryEnabled"))
