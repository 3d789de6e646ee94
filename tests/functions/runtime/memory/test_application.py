"""The application in memory, with a relay and without."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from events.contracts.checkout import OrderPlaced
from events.contracts.inventory import StockReserved, StockVoided
from events.envelope import Event
from events.history import History
from functions.framework.ports import Change, Log, Message
from functions.framework.reaction import Fill, On
from functions.framework.service import Consumer, Service
from functions.framework.table import Table
from functions.inventory.reactions import AVAILABLE, STOCK
from functions.inventory.service import SERVICE as INVENTORY
from functions.map import API, BUS, CONSUMERS
from functions.runtime import backoff
from functions.runtime.main import Dependencies
from functions.runtime.memory.application import Application
from testkit import products
from testkit.builders import MUTE, ORDER, TRUMPET, Clock, placed
from testkit.customer import BODY, KEY

LISTENER = Consumer(name="listener", on=(On(event=OrderPlaced, react=lambda _: None),))


def shop(**given: Any) -> Application:
    """Return the whole shop with both products in stock."""
    application = Application((API, BUS, *CONSUMERS), clock=Clock(), **given)
    products.offer(application.tables)
    products.stock(application.tables, *[TRUMPET, MUTE] * 3)
    return application


def facts(application: Application, order: str = ORDER) -> set[str]:
    return {event.type for event in application.history(order)}


def test_an_order_over_http_is_dispatched_and_its_mails_are_sent() -> None:
    application = shop(adapters={"email": "ses"})

    answer = application.request(
        API.name, "POST /checkout", body=json.dumps(BODY), headers={"idempotency-key": KEY}
    )
    application.settle()

    (order,) = application.log.orders()
    assert answer["statusCode"] == 200
    assert "DispatchScheduled" in facts(application, order)
    assert len(application.mailbox.sent) == 2
    assert len(application.topic.published) == len(application.history(order))


def test_a_single_consumer_receives_its_subscribed_types() -> None:
    application = Application((INVENTORY,), clock=Clock())
    application.tables(STOCK).add(TRUMPET.sku, AVAILABLE, 1)
    application.tables(STOCK).add(MUTE.sku, AVAILABLE, 2)

    application.append(placed())
    application.settle()

    assert application.history(ORDER).states(StockReserved)
    assert application.tables(STOCK).number(MUTE.sku, AVAILABLE) == 0


def test_a_message_that_always_fails_is_dead_after_its_last_receive() -> None:
    def fails(_: Event[Any]) -> None:
        raise ConnectionError

    broken = replace(LISTENER, on=(On(event=OrderPlaced, react=fails),))
    application = Application((broken,), clock=Clock())

    application.append(placed())
    application.settle()

    (dead,) = application.queues["listener"].dead
    assert dead.id == placed().id
    assert application.observer.outcomes == ["retry"] * backoff.receives_to_ride_out()
    (failure,) = set(application.observer.failures)
    assert failure.startswith("listener, OrderPlaced: retry, ConnectionError at functions/")
    assert len(application.queues["listener"]) == 0


def test_a_wrapped_port_can_fail_once() -> None:
    class FailsOnce(Log):
        def __init__(self, log: Log) -> None:
            self._log, self._failed = log, False

        def read(self, subject: str) -> History:
            return self._log.read(subject)

        def append(self, event: Event[Any], changes: Sequence[Change] = ()) -> Event[Any]:
            if not self._failed:
                self._failed = True
                raise TimeoutError
            return self._log.append(event, changes)

    def wrap(service: Service, given: Dependencies) -> Dependencies:
        return replace(given, log=FailsOnce(given.log)) if service is INVENTORY else given

    application = shop(wrap=wrap)
    application.append(placed())
    application.settle()

    assert application.observer.of("inventory")[0] == "retry"
    assert "DispatchScheduled" in facts(application)


def test_a_refused_message_is_published_again() -> None:
    application = shop()
    publish = application.topic.publish
    refused: list[str] = []

    def refuse_once(messages: Sequence[Message]) -> Sequence[str]:
        if not refused and len(messages) > 1:
            refused.append(messages[0].id)
            return ["Throttled", *publish(messages[1:])]
        return publish(messages)

    application.topic.publish = refuse_once  # type: ignore[method-assign]  # a topic of this test
    for name in ("A", "B"):
        application.append(placed(order=name))
    application.settle()

    assert refused
    assert facts(application, "A") == facts(application, "B")


def test_a_topic_that_refuses_everything_is_an_error() -> None:
    application = shop()
    application.topic.refuses.add(placed().id)
    application.append(placed())

    with pytest.raises(RuntimeError, match="refuse everything"):
        application.settle()


def test_a_tick_runs_the_chore_of_a_consumer_that_has_one() -> None:
    application = shop()
    application.tick("analytics")
    application.tick("payment")

    assert set(application.observer.of("analytics")) <= {"summed"}
    assert application.observer.of("payment") == []


def test_clear_removes_all_data() -> None:
    application = shop()
    application.append(placed())
    application.settle()

    application.clear()

    assert application.log.orders() == []
    assert application.topic.published == []
    assert not any(application.state()["rows"].values())


def test_two_services_may_own_tables_of_one_name() -> None:
    def take(_: object) -> Fill:
        return Fill(
            fact=StockVoided(), changes=(Change(table=STOCK, key="a", attribute="n", by=5),)
        )

    table = Table(name=STOCK, key="sku", access=frozenset({"change"}))
    states = On(event=OrderPlaced, react=take, states=(StockVoided,))
    owner = replace(LISTENER, name="inventory", on=(states,), tables=(table,))
    application = Application((owner, replace(LISTENER, tables=(table,))), clock=Clock())

    application.tables("listener", STOCK).add("a", "n", 1)
    application.append(placed())
    application.settle()

    kept = [
        application.tables(owner, STOCK).number("a", "n") for owner in ("listener", "inventory")
    ]
    assert kept == [1, 5]
    with pytest.raises(LookupError, match="inventory and listener own tables named 'stock'"):
        application.tables(STOCK)


@pytest.mark.parametrize(
    ("where", "sentence"),
    [
        (("stok",), "no table 'stok'; there are: .*checkout catalogue, .*orders list"),
        (("email", "stock"), "no table 'email stock'"),
        (("orders", "list"), "the table orders list holds rows: use rows"),
    ],
)
def test_an_unknown_table_is_an_error_that_names_the_known_ones(
    where: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(LookupError, match=sentence):
        shop().tables(*where)


def test_a_service_has_only_the_tables_that_it_declares() -> None:
    def wrap(_: Service, given: Dependencies) -> Dependencies:
        given.resources.rows("list")
        return given

    with pytest.raises(LookupError, match="listener declares no table 'list'; it has none"):
        Application((LISTENER,), wrap=wrap)


def test_a_service_that_is_given_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="listener is given twice"):
        Application((LISTENER, INVENTORY, LISTENER))


def test_a_consumer_that_is_deployed_later_receives_what_follows() -> None:
    application = shop()
    application.append(placed(order="A"))
    application.settle()
    application.deploy(LISTENER)
    application.append(placed(order="B"))
    application.settle()

    assert application.observer.of("listener") == ["done"]


def test_a_consumer_may_state_facts_without_a_relay() -> None:
    states = On(event=OrderPlaced, react=lambda _: StockVoided(), states=(StockVoided,))
    stating = replace(LISTENER, name="inventory", on=(states,))
    application = Application((stating,), clock=Clock())

    application.append(placed())
    application.settle()

    assert facts(application) == {"OrderPlaced", "StockVoided"}
    assert application.observer.outcomes == ["done"]
