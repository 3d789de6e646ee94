"""What is met first when orders come faster, and where it is raised."""

from collections.abc import Iterator

import msgspec

from functions.framework.batching import MAX_ENTRIES
from functions.map import API, CONSUMERS
from ops.costs.line import CALL, seconds
from ops.costs.orders import adapters_of
from ops.costs.play import PLACE
from ops.costs.usage import Usage
from ops.stage.templates import Blueprint

NEW_ACCOUNT = 10
"""Functions that a new account may run at once; Lambda's quota is 1,000 for those of before."""

FIFO_MESSAGES = 3_000
"""Messages a second that an SNS FIFO topic takes, in regions that have no more.

https://docs.aws.amazon.com/general/latest/gr/sns.html
"""

MAILS = 14
"""Mails a second that SES sends for an account that has just left its sandbox."""


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """How many orders a second something can take, and where more is to be had.

    What exceeds it is not lost: it waits in a queue, or is answered 429 or 503 at the API.
    """

    what: str
    rate: float
    raised: str


def limits(blueprint: Blueprint, usage: Usage) -> tuple[Limit, ...]:
    """Return the limits of a stage, the lowest first."""
    return tuple(sorted(_all(blueprint, usage), key=lambda limit: limit.rate))


def _all(blueprint: Blueprint, usage: Usage) -> Iterator[Limit]:
    adapters = dict(adapters_of(blueprint))
    for consumer in CONSUMERS:
        yield Limit(
            what=f"{consumer.name}, {consumer.concurrency} workers",
            rate=consumer.concurrency / seconds(consumer.name, usage, adapters),
            raised="concurrency in its row",
        )
    ran = sum(seconds(name, usage, adapters) for name in usage.invocations)
    yield Limit(
        what=f"Lambda, a new account's {NEW_ACCOUNT} at once",
        rate=NEW_ACCOUNT / ran,
        raised="ask AWS: concurrent executions",
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
        raised="ask AWS: FIFO publish rate",
    )
    mails = sum(usage.outside[name] for name, chosen in adapters.items() if chosen.mails)
    if mails:
        raised = "ask AWS: SES sending rate"
        yield Limit(what="SES, mails", rate=MAILS / mails, raised=raised)
