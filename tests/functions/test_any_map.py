"""Documents, costs and budgets follow from any map: invented consumers of every kind.

docs/add-a-consumer.md is the proof with the whole suite; this one takes a second.
"""

import re
import shutil
import sys
from pathlib import Path
from typing import ClassVar

import msgspec
import pytest

from events import codec
from events.contracts.checkout import OrderPlaced
from events.contracts.ordering import OrderCancelled, OrderConfirmed
from events.envelope import Event, Fact
from events.history import History
from functions import map as the_map
from functions.framework.ports import Row
from functions.framework.reaction import Keep, On
from functions.framework.service import Adapter, Consumer, Projection
from functions.framework.table import Table
from ops.contracts import asyncapi, manual
from ops.contracts.gate import SAMPLES
from ops.costs.bill import bill
from ops.costs.counted_run import CountedRun
from ops.costs.show import lines
from ops.stage.templates import Blueprint
from tests.iam.walk import journey_of
from tests.support.blueprints import dev
from tests.system.test_budget import declared_units

__all__ = ["dev"]

PRINTED: list[str] = []


class ExampleFlagged(Fact, frozen=True, kw_only=True):
    """An order was looked at."""

    sources: ClassVar[tuple[str, ...]] = ("examplestating",)
    slots: ClassVar[tuple[str, ...]] = ("example/flag",)


def row(history: History) -> Row | None:
    placed = history.find(OrderPlaced)
    if placed is None:
        return None
    return Row(partition="all", sort=placed.subject, values={"n": 1}, version=len(history))


def keep(_: Event[OrderConfirmed], history: History) -> Keep | None:
    made = row(history)
    return Keep(table="list", rows=(made,)) if made else None


class Printer:
    def print(self, order: str) -> None:
        PRINTED.append(order)


def invented() -> tuple[Consumer, ...]:
    return (
        Consumer(
            name="exampleacting",
            on=(
                On(
                    event=OrderConfirmed,
                    react=lambda event, _, printer: printer.print(event.subject),
                    history=True,
                    outside=True,
                ),
            ),
            adapters=(Adapter(name="fake", build=lambda _: Printer()),),
        ),
        Consumer(
            name="examplekeeping",  # of a table that another consumer has as well, by the same name
            on=(On(event=OrderConfirmed, react=keep, history=True),),
            tables=(
                Table(name="list", key="all", sort="order", access=frozenset({"put", "page"})),
            ),
            projection=Projection(table="list", fold=row),
            replayable=True,
        ),
        Consumer(
            name="examplestating",
            on=(On(event=OrderPlaced, react=lambda _: ExampleFlagged(), states=(ExampleFlagged,)),),
        ),
        Consumer(
            name="exampleordered",  # of an event that no successful order has
            on=(On(event=OrderCancelled, react=lambda _: None),),
            ordered=True,
        ),
    )


@pytest.fixture(autouse=True)
def added(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> tuple[Consumer, ...]:
    """Invented consumers, in the map of every module that imported it."""
    monkeypatch.setitem(codec.CONTRACTS, ExampleFlagged.__name__, ExampleFlagged)
    added = invented()
    replaced = {
        id(the_map.CONSUMERS): (*the_map.CONSUMERS, *added),
        id(the_map.SERVICES): (*the_map.SERVICES, *added),
    }
    for module in list(sys.modules.values()):
        for name in ("CONSUMERS", "SERVICES"):
            found = getattr(module, name, None)
            if id(found) in replaced:
                monkeypatch.setattr(module, name, replaced[id(found)])
    shutil.copytree(SAMPLES, tmp_path, dirs_exist_ok=True)
    sample = msgspec.json.decode((SAMPLES / "OrderConfirmed.1.json").read_bytes())
    sample |= {"source": "examplestating", "type": "ExampleFlagged"}
    (tmp_path / "ExampleFlagged.1.json").write_bytes(msgspec.json.encode(sample))
    monkeypatch.setattr(asyncapi, "SAMPLES", tmp_path)
    return added


def test_each_has_a_queue_and_its_facts_in_the_document_of_events(
    added: tuple[Consumer, ...],
) -> None:
    document = asyncapi.asyncapi()

    names = {consumer.name for consumer in added}
    assert names <= document["channels"].keys()
    assert {f"{name}.hears" for name in names} <= document["operations"].keys()
    assert "examplestating.states" in document["operations"]


def test_an_order_runs_through_each_and_the_model_counts_its_usage(
    added: tuple[Consumer, ...],
) -> None:
    PRINTED.clear()
    run = CountedRun()
    order = run.order()

    assert run.history(order).states(ExampleFlagged)
    assert [order] == PRINTED
    usage = {consumer.name: run.usage for consumer in added}
    counted = {name: (each.reads[name], each.writes[name]) for name, each in usage.items()}
    assert counted == {
        "exampleacting": (1, 0),
        "examplekeeping": (1, 1),
        "examplestating": (0, 1),
        "exampleordered": (0, 0),
    }


def test_a_bill_and_its_limits_name_each_that_an_order_reaches(
    added: tuple[Consumer, ...], dev: Blueprint
) -> None:
    text = "\n".join(lines(bill("dev", dev, 1)))

    ordered = sum(consumer.ordered for consumer in the_map.CONSUMERS)
    assert f"{ordered} FIFO queues, polled" in text
    for consumer in added:
        reached = consumer.name != "exampleordered"
        assert (f"{consumer.name}, {consumer.concurrency} workers" in text) is reached


def test_the_page_lists_each_stack_and_restores_each_projection(
    added: tuple[Consumer, ...],
) -> None:
    page = re.sub(r"(?s)(: )(stacks|costs) (dev|prod)", r"\1times", manual.MANUAL.read_text())
    text = manual.written(page, lambda _: Blueprint(()))

    (loop,) = re.findall(r"for stack in (.*?); do", text)
    assert {consumer.name for consumer in added} <= set(loop.split())
    assert text.count("fanfare-prod-exampleacting") == 1  # readers of a new version come first
    assert "fanfare projection examplekeeping --check --stage drill" in text


def test_none_needs_a_budget_or_a_journey_of_its_own(added: tuple[Consumer, ...]) -> None:
    assert declared_units(added) == {}
    assert [journey_of(consumer) for consumer in added] == [None] * len(added)
