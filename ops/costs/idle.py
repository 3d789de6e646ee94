"""Costs of a stage in a month without orders."""

import re
from collections.abc import Iterator
from datetime import timedelta

from functions.map import CONSUMERS
from functions.runtime import settings
from ops.costs.bill_line import (
    MONTH,
    BillLine,
    billed_seconds,
    gb_second_price,
    gigabytes,
    kms_line,
    line,
)
from ops.costs.counted_run import CountedRun
from ops.costs.logged import PLATFORM
from ops.stage import prices
from ops.stage.templates import FUNCTION, Blueprint

POLLERS = 5
POLL = timedelta(seconds=20)
"""Long polls that Lambda keeps open at each queue, and their length, also without messages. Lambda
does not use fewer for an event source with a maximum concurrency.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
"""

_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")


def idle(blueprint: Blueprint) -> Iterator[BillLine]:
    """Yield the lines of a month without orders."""
    yield from _polling()
    yield from _each("CloudWatch alarms", blueprint, "AWS::CloudWatch::Alarm", prices.ALARM)
    yield from _each("dashboards", blueprint, "AWS::CloudWatch::Dashboard", prices.DASHBOARD)
    secrets = len(blueprint.settings(settings.SECRET))
    if secrets:
        yield line("secrets", secrets, "secret", prices.SECRET)
    yield from _scheduled(blueprint)
    scheduled = {consumer.name for consumer in CONSUMERS if consumer.chore}
    yield kms_line(blueprint, scheduled)


def _polling() -> Iterator[BillLine]:
    for ordered, kind in ((False, "standard"), (True, "FIFO")):
        queues = sum(consumer.ordered is ordered for consumer in CONSUMERS)
        polls = queues * POLLERS * (MONTH / POLL)
        if queues:
            what = f"SQS, {queues} {kind} queue{'s' * (queues > 1)}, polled"
            yield line(what, polls, "request", prices.REQUEST[ordered])


def _scheduled(blueprint: Blueprint) -> Iterator[BillLine]:
    """Yield the lines of the scheduled jobs, in a shop that has run for some time."""
    ticks, ran, reads, logged = 0.0, 0.0, 0.0, 0.0
    every = _schedules(blueprint)
    for consumer in CONSUMERS:
        if consumer.chore is None:
            continue
        run = CountedRun()
        run.tick(consumer.name)
        month = MONTH / every[consumer.name]
        ticks += month
        ran += month * billed_seconds(consumer.name, run.usage, {}) * gigabytes(consumer.memory)
        reads += month * run.usage.reads.total()
        logged += month * PLATFORM
    yield line("Lambda, scheduled invocations", ticks, "invocation", prices.INVOCATION)
    yield line("Lambda, their duration", ran, "GB-second", gb_second_price(blueprint))
    yield line("DynamoDB, their reads", reads, "read unit", prices.READ_UNIT)
    yield line("their logs", logged / prices.GIGABYTE, "GB", prices.LOGGED * prices.GIGABYTE)


def _schedules(blueprint: Blueprint) -> dict[str, timedelta]:
    """Return the interval of each scheduled service, from the rule in its stack."""
    found: dict[str, timedelta] = {}
    for stack in blueprint.stacks:
        for rule in stack.resources("AWS::Events::Rule"):
            rate = _RATE.fullmatch(rule["Properties"]["ScheduleExpression"])
            service = next(stack.resources(FUNCTION))["Properties"]["Environment"]["Variables"]
            if rate:
                span = timedelta(**{f"{rate[2]}s": int(rate[1])})
                found[service[settings.SERVICE]] = span
    return found


def _each(what: str, blueprint: Blueprint, kind: str, price: float) -> Iterator[BillLine]:
    number = sum(1 for _ in blueprint.properties(kind))
    if number:
        yield line(what, number, what.rpartition(" ")[2].removesuffix("s"), price)
