"""What a stage costs by being there: a month in which nobody orders anything."""

import re
from collections.abc import Iterator
from datetime import timedelta

from functions.map import CONSUMERS
from functions.runtime import settings
from ops.costs.line import MONTH, Line, gigabytes, keys, line, second, seconds
from ops.costs.logged import PLATFORM
from ops.costs.play import Play
from ops.stage import prices
from ops.stage.templates import FUNCTION, Blueprint

POLLERS = 5
POLL = timedelta(seconds=20)
"""So many requests are always waiting at a queue, each so long, also while nothing comes; with a
maximum concurrency Lambda does not make do with fewer.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
"""

_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")


def idle(blueprint: Blueprint) -> Iterator[Line]:
    """Yield the lines of such a month."""
    yield from _polling()
    yield from _each("CloudWatch alarms", blueprint, "AWS::CloudWatch::Alarm", prices.ALARM)
    yield from _each("dashboards", blueprint, "AWS::CloudWatch::Dashboard", prices.DASHBOARD)
    secrets = len(blueprint.settings(settings.SECRET))
    if secrets:
        yield line("secrets", secrets, "secret", prices.SECRET)
    yield from _chores(blueprint)
    clocked = {consumer.name for consumer in CONSUMERS if consumer.chore}
    yield keys(blueprint, clocked)


def _polling() -> Iterator[Line]:
    for ordered, kind in ((False, "standard"), (True, "FIFO")):
        queues = sum(consumer.ordered is ordered for consumer in CONSUMERS)
        polls = queues * POLLERS * (MONTH / POLL)
        if queues:
            what = f"SQS, {queues} {kind} queue{'s' * (queues > 1)}, polled"
            yield line(what, polls, "request", prices.REQUEST[ordered])


def _chores(blueprint: Blueprint) -> Iterator[Line]:
    """Yield what is done by the clock, in a shop that has been open for a while."""
    ticks, ran, reads, logged = 0.0, 0.0, 0.0, 0.0
    every = _schedules(blueprint)
    for consumer in CONSUMERS:
        if consumer.chore is None:
            continue
        play = Play()
        play.tick(consumer)
        month = MONTH / every[consumer.name]
        ticks += month
        ran += month * seconds(consumer.name, play.usage, {}) * gigabytes(consumer.memory)
        reads += month * play.usage.reads.total()
        logged += month * PLATFORM
    yield line("Lambda, by the clock", ticks, "invocation", prices.INVOCATION)
    yield line("Lambda, their time", ran, "GB-second", second(blueprint))
    yield line("DynamoDB, what they read", reads, "read unit", prices.READ_UNIT)
    yield line("logs of it", logged / prices.GIGABYTE, "GB", prices.LOGGED * prices.GIGABYTE)


def _schedules(blueprint: Blueprint) -> dict[str, timedelta]:
    """Return how often a service is called by the clock, as its stack's rule says."""
    found: dict[str, timedelta] = {}
    for stack in blueprint.stacks:
        for rule in stack.resources("AWS::Events::Rule"):
            written = _RATE.fullmatch(rule["Properties"]["ScheduleExpression"])
            service = next(stack.resources(FUNCTION))["Properties"]["Environment"]["Variables"]
            if written:
                span = timedelta(**{f"{written[2]}s": int(written[1])})
                found[service[settings.SERVICE]] = span
    return found


def _each(what: str, blueprint: Blueprint, kind: str, price: float) -> Iterator[Line]:
    number = sum(1 for _ in blueprint.properties(kind))
    if number:
        yield line(what, number, what.rpartition(" ")[2].removesuffix("s"), price)
