"""docs/deploy.md: each command is valid, and the drill ends as documented."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws

from functions import names
from functions.map import CONSUMERS
from functions.runtime.aws.client import client_factory
from ops.cli.errors import ExitCode
from ops.contracts.manual import MANUAL
from ops.costs.counted_run import CountedRun
from ops.main import main
from ops.stage.connection import Connection
from ops.stage.templates import TABLE, Blueprint
from tests.ops.conftest import write
from tests.support.blueprints import dev, prod
from tests.support.command_lines import check, fenced, parsed
from tests.support.tables import make_tables

__all__ = ["dev", "prod"]

TEXT = MANUAL.read_text(encoding="utf-8")
LOOPS = ("for ", "while ")
PIPE = " | "
LINES = list(dict.fromkeys(line for line in fenced(TEXT) if not line.startswith(LOOPS)))
DRILL = list(fenced(TEXT.partition("## 8. ")[2].partition("\n### ")[0]))


@pytest.mark.parametrize("line", LINES)
def test_each_command_can_be_run(line: str) -> None:
    check(line.partition(PIPE)[0])


def test_commands_in_loops_can_be_run_too() -> None:
    loops = [line for line in fenced(TEXT) if line.startswith(LOOPS)]

    assert len(loops) == 2
    for loop in loops:
        check(loop.partition("do ")[2].partition("; done")[0])


def test_every_named_stack_and_table_exists(dev: Blueprint, prod: Blueprint) -> None:
    stacks = {stack.name for each in (dev, prod) for stack in each.stacks}
    tables = {table["TableName"] for each in (dev, prod) for table in each.properties(TABLE)}
    parts = {name.split("-", 2)[2] for name in stacks | tables}

    found = set(re.findall(r"fanfare-(?:dev|prod2?|drill)-([a-z-]+)", TEXT))
    assert found <= parts
    assert {"bus", "log", "orders-list"} <= found


def test_lists_of_all_stacks_are_complete(prod: Blueprint) -> None:
    stacks = {stack.name for stack in prod.stacks}
    (loop,) = re.findall(r"for stack in (.*?); do", TEXT)
    (readers,) = re.findall(r"cdk deploy (fanfare-prod-bus .*?) -c", TEXT)

    assert {f"fanfare-prod-{part}" for part in loop.split()} == stacks
    assert set(readers.split()) == stacks - {"fanfare-prod-checkout"}


# -- the drill -------------------------------------------------------------------------------------


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    """Give a stage prod with three orders and their rows, and point-in-time recovery."""
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    with mock_aws():
        made = Connection(stage="prod", client=client_factory())
        dynamodb = made.client("dynamodb")
        make_tables(dynamodb, made.stage)
        models = [(each, each.projection) for each in CONSUMERS if each.projection]
        own = [names.own_table("prod", each.name, model.table) for each, model in models]
        for table in (names.log_table("prod"), *own):
            recovery = {"PointInTimeRecoveryEnabled": True}
            dynamodb.update_continuous_backups(
                TableName=table, PointInTimeRecoverySpecification=recovery
            )
        for _ in range(3):
            run = CountedRun()
            history = run.history(run.order())
            write(made, history)
            for each, model in models:
                if row := model.fold(history):
                    made.rows(each, model.table).put(row)
        yield made


def follow(connection: Connection, lines: list[str]) -> dict[str, int]:
    """Run the lines; return the exit codes of our own commands."""
    ended: dict[str, int] = {}
    for line in lines:
        if line.startswith("aws "):
            call = parsed(line)
            call.run(connection.client(call.service))
        else:
            ended[line] = main(line.split()[1:])
    return ended


CHECK = "fanfare projection orders --check --stage drill"


def test_the_drill_finds_that_log_and_list_agree(
    shop: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    before = tables(shop)

    ended = follow(shop, DRILL)

    assert set(ended.values()) == {ExitCode.DONE}
    assert CHECK in ended
    assert "3 rows of orders equal the log" in capsys.readouterr().out
    assert tables(shop) == before


def test_the_drill_finds_a_fact_that_a_backup_lacks(shop: Connection) -> None:
    order = next(iter(shop.orders()))
    shop.client("dynamodb").delete_item(
        TableName=names.log_table("prod"),
        Key={"subject": {"S": order}, "slot": {"S": "shipping/dispatch"}},
    )

    assert follow(shop, DRILL)[CHECK] == ExitCode.FOUND


def tables(connection: Connection) -> Any:
    return connection.client("dynamodb").list_tables()["TableNames"]


def test_the_manual_replays_replayable_consumers_only() -> None:
    replayed = set(re.findall(r"fanfare replay (\w+)", TEXT))

    assert replayed <= {consumer.name for consumer in CONSUMERS if consumer.replayable}
