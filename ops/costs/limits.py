"""Throughput limits of a stage in orders a second, and how to raise each."""

from collections.abc import Iterator

import msgspec

from functions.framework.batching import MAX_ENTRIES
from functions.map import API, CONSUMERS
from ops.costs.bill_line import CALL, billed_seconds
from ops.costs.counted_run import PLACE
from ops.costs.order_costs import adapters_of
from ops.costs.usage import Usage
from ops.stage.templates import Blueprint

NEW_ACCOUNT = 10
"""Functions that a new account may run at once; older accounts have a quota of 1,000."""

FIFO_MESSAGES = 3_000
"""Messages a second that an SNS FIFO topic accepts, in regions without a higher quota.

https://docs.aws.amazon.com/general/latest/gr/sns.html
"""

MAILS = 14
"""Mails a second that SES sends for an account that has just left its sandbox."""


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """The orders a second that a resource can process (`rate`), and how to raise that.

    No order beyond it is lost: its events wait in a queue, or the API answers 429 or 503.
    """

    what: str
    rate: float
    raised: str


def limits(blueprint: Blueprint, usage: Usage) -> tuple[Limit, ...]:
    """Return the limits of a stage, the lowest first."""
    return tuple(sorted(_limits(blueprint, usage), key=lambda limit: limit.rate))


def _limits(blueprint: Blueprint, usage: Usage) -> Iterator[Limit]:
    adapters = dict(adapters_of(blueprint))
    for consumer in CONSUMERS:
        seconds = billed_seconds(consumer.name, usage, adapters)
        if not seconds:
            continue  # none of its events is in a successful order
        yield Limit(
            what=f"{consumer.name}, {consumer.concurrency} workers",
            rate=consumer.concurrency / seconds,
            raised="concurrency in its row",
        )
    ran = sum(billed_seconds(name, usage, adapters) for name in usage.invocations)
    yield Limit(
        what=f"Lambda, a new account's {NEW_ACCOUNT} at once",
        rate=NEW_ACCOUNT / ran,
        raised="quota: concurrent executions",
    )
    route = next(route for route in API.routes if route.endpoint == PLACE)
    yield Limit(what=f"API, {route.key}", rate=route.rate, raised="rate of its route")
    yield Limit(
        what="relay, while the log has one shard",
        rate=MAX_ENTRIES / CALL / usage.published,
        raised="DynamoDB adds shards by itself",
    )
    yield Limit(
        what="SNS, messages of a FIFO topic",
        rate=FIFO_MESSAGES / usage.published,
        raised="quota: FIFO publish rate",
    )
    mails = sum(usage.outside[name] for name, chosen in adapters.items() if chosen.mails)
    if mails:
        raised = "quota: SES sending rate"
        yield Limit(what="SES, mails", rate=MAILS / mails, raised=raised)
