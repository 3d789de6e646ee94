"""Blocks of docs/deploy.md that follow from the map and from the templates of its stages."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from functions import names
from functions.map import API, BUS, CONSUMERS, SERVICES
from functions.runtime import settings
from functions.runtime.backoff import (
    DEAD_LETTER_RETENTION,
    FIRST_DELAY,
    LONGEST_DELAY,
    OUTAGE,
    RETENTION,
    receives_to_ride_out,
)
from ops.cli.errors import CommandError, ExitCode
from ops.cli.formats import counted
from ops.costs.bill import bill
from ops.costs.show import lines
from ops.paths import ROOT
from ops.stage.templates import FUNCTION, TABLE, Blueprint, Stack

MANUAL = ROOT / "docs" / "deploy.md"
ORDERS = 1_000_000
REAL, DRILL = "prod", "drill"
"""The stage of the page's examples, and the stage of restored tables."""

type Templates = Callable[[str], Blueprint]
"""Returns the templates of a stage by its name."""

_BLOCK = re.compile(r"(<!-- make contracts: ([^>]+) -->\n```\w*\n)(?:(?!```).*\n)*(```\n)")


def written(text: str, templates: Templates) -> str:
    """Return the page with the lines of its marked blocks as they are today.

    Raises:
        CommandError: a mark names no block, or templates cannot be synthesized.
    """
    stages = sorted({stage for place in _BLOCK.finditer(text) for stage in place[2].split()[1:]})
    with ThreadPoolExecutor() as pool:  # each starts a process that takes seconds
        made = dict(zip(stages, pool.map(templates, stages), strict=True))

    def block(place: re.Match[str]) -> str:
        today = _lines(place[2], made.__getitem__)
        return place[1] + "".join(f"{line}\n" for line in today) + place[3]

    return _BLOCK.sub(block, text)


def _lines(block: str, templates: Templates) -> Iterator[str]:
    match block.split():
        case ["costs", stage]:
            return lines(bill(stage, templates(stage), ORDERS))
        case ["stacks", stage]:
            return _stacks(templates(stage))
        case ["times"]:
            return _times()
        case ["readers"]:
            return _readers()
        case ["drill"]:
            return _drill()
        case ["drilled"]:
            return _drilled()
        case ["unprotect"]:
            return _unprotect()
        case _:
            raise CommandError(f"{MANUAL.name} marks an unknown block: {block}", ExitCode.REFUSED)


def _stack(service: str, stage: str = REAL) -> str:
    return names.prefixed(stage, "bus" if service == BUS.name else service)


def _stacks(blueprint: Blueprint) -> Iterator[str]:
    """Yield a line for each stack, and their number."""
    found = sorted(blueprint.stacks, key=_position)
    row = "{:<24} {:<8} {:>6}  {}"
    yield row.format("stack", "queue", "alarms", "tables")
    for stack in found:
        queue = next((each for each in CONSUMERS if each.name == _service(stack)), None)
        kind = ("FIFO" if queue.ordered else "standard") if queue else ""
        tables = ", ".join(each["Properties"]["TableName"] for each in stack.resources(TABLE))
        yield row.format(stack.name, kind, _alarms(stack), tables).rstrip()
    total = sum(map(_alarms, found))
    yield row.format(f"{len(found)} stacks", "", total, "").rstrip()


def _service(stack: Stack) -> str:
    (function,) = stack.resources(FUNCTION)
    return str(function["Properties"]["Environment"]["Variables"][settings.SERVICE])


def _position(stack: Stack) -> int:
    """Return the place of a stack: the bus, on which all depend, comes first."""
    services = [BUS.name, *(each.name for each in SERVICES if each is not BUS)]
    return services.index(_service(stack))


def _alarms(stack: Stack) -> int:
    return sum(1 for _ in stack.resources("AWS::CloudWatch::Alarm"))


def _times() -> Iterator[str]:
    longest = LONGEST_DELAY // 60
    yield f"a failed message waits    {FIRST_DELAY} s, then twice as long, up to {longest} minutes"
    tries = f"{receives_to_ride_out()} receives, which take more than {OUTAGE // 3600} hours"
    yield f"it is a dead letter after {tries}"
    yield f"a queue keeps a message   {counted(_seconds(RETENTION).days, 'day')}"
    yield f"a DLQ keeps a message     {counted(_seconds(DEAD_LETTER_RETENTION).days, 'day')}"


def _seconds(number: int) -> timedelta:
    return timedelta(seconds=number)


def _readers() -> Iterator[str]:
    """Yield the deployment of a new version of a contract of the API: its readers come first."""
    readers = (BUS, *(each for each in SERVICES if each not in (BUS, API)))
    stacks = " ".join(_stack(each.name) for each in readers)
    yield f"cdk deploy {stacks} -c stage={REAL}"
    yield f"cdk deploy --all -c stage={REAL}"


def _restored(stage: str) -> Iterator[str]:
    """Yield the tables of the drill: the log, and the read models that it rebuilds."""
    yield names.log_table(stage)
    for consumer in CONSUMERS:
        if consumer.projection:
            yield names.own_table(stage, consumer.name, consumer.projection.table)


def _drill() -> Iterator[str]:
    for source, target in zip(_restored(REAL), _restored(DRILL), strict=True):
        yield (
            f"aws dynamodb restore-table-to-point-in-time --source-table-name {source}"
            f" --target-table-name {target} --use-latest-restorable-time"
        )
    for table in _restored(DRILL):
        yield f"aws dynamodb wait table-exists --table-name {table}"
    for consumer in CONSUMERS:
        if consumer.projection:
            yield f"fanfare projection {consumer.name} --check --stage {DRILL}"
    yield f"fanfare orders --moving --stage {DRILL}"


def _drilled() -> Iterator[str]:
    for table in _restored(DRILL):
        yield f"aws dynamodb delete-table --table-name {table}"


def _unprotect() -> Iterator[str]:
    parts = ("bus", *(each.name for each in SERVICES if each is not BUS))
    yield (
        f"for stack in {' '.join(parts)}; do aws cloudformation update-termination-protection"
        f" --no-enable-termination-protection --stack-name {names.prefixed(REAL, '$stack')}; done"
    )
    yield f"make destroy STAGE={REAL}"
