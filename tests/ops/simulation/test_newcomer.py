"""A consumer that was added to the map a minute ago lives in the simulator like the others."""

from typing import Any

from events.envelope import Event
from events.history import History
from events.shipping import DispatchScheduled
from functions.map import BUS, CONSUMERS
from functions.runtime.reaction import On
from functions.runtime.service import Adapter, Consumer
from ops.simulation.campaign import run
from ops.simulation.plan import Plan

ORDERS = 5


def test_it_hears_what_concerns_it_through_its_usual_adapter() -> None:
    greeted: set[str] = set()

    def greet(event: Event[Any], _: History, printer: set[str]) -> None:
        printer.add(event.subject)

    greeting = Consumer(
        name="greeting",
        on=(On(event=DispatchScheduled, react=greet, history=True, outside=True),),
        adapters=(Adapter(name="usual", build=lambda _: greeted),),
    )

    found = run(Plan(seed=0, orders=ORDERS), ((*CONSUMERS, greeting), BUS))

    assert found.violation is None
    assert 0 < len(greeted) <= ORDERS
