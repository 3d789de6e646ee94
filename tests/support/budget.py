"""The functions of a stage with their calls counted, and the events of one order."""

import json
from typing import Any

import pytest

from events.contracts.inventory import Reserved, StockReserved
from events.contracts.ordering import OrderCancelled, OrderConfirmed
from events.contracts.payment import PaymentCaptured, PaymentPrepared
from events.contracts.shipping import DispatchScheduled
from events.envelope import Event
from functions import map as the_map
from functions import names
from functions.checkout.catalogue import CATALOGUE
from functions.inventory.reactions import AVAILABLE, STOCK
from functions.runtime.main import Handler, build
from functions.runtime.memory.lambda_events import failures
from functions.runtime.memory.observer import MemoryObserver
from tests.functions.checkout.conftest import BODY, KEY
from tests.functions.conftest import Calls, Stage
from tests.support.builders import MUTE, TRUMPET, Clock, message, placed, then

PLACED = placed()
TOTAL = PLACED.data.total
PREPARED = then(PLACED, PaymentPrepared(reference="r"))
CAPTURED = then(PREPARED, PaymentCaptured(reference="r", amount=TOTAL))
PIECES = tuple(Reserved(sku=line.sku, quantity=line.quantity) for line in (TRUMPET, MUTE))
RESERVED = then(PLACED, StockReserved(lines=PIECES))
CONFIRMED = then(CAPTURED, OrderConfirmed(), seen=[RESERVED.sequence])
CANCELLED = then(PLACED, OrderCancelled(reason="customer"))
DISPATCHED = then(CONFIRMED, DispatchScheduled(carrier="sandbox", reference="SBX1"))


class World:
    """The functions of a stage, and the calls that each makes to the log and elsewhere."""

    def __init__(self, stage: Stage, calls: Calls, clock: Clock) -> None:
        self.stage = stage
        self.calls = calls
        self.clock = clock
        self.lines = MemoryObserver()
        self.issuer: dict[str, str] = {}
        self._handlers: dict[str, Handler] = {}
        for line in (TRUMPET, MUTE):
            product = {"name": line.name, "price": line.unit_price, "currency": "EUR"}
            stage.put("checkout", CATALOGUE, line.sku, **product)  # type: ignore[arg-type]  # str or int
            stage.put("inventory", STOCK, line.sku, **{AVAILABLE: 10})

    def know(self, *events: Event[Any]) -> None:
        """Let these events be in the log."""
        for event in events:
            self.stage.log().append(event)

    def invoke(self, name: str, event: Any) -> Any:
        """Call a function; from here on only its own calls are counted."""
        if name not in self._handlers:
            service = next(s for s in the_map.SERVICES if s.name == name)
            environ = self.stage.environ(service) | self.issuer
            self._handlers[name] = build(environ, clock=self.clock, observer=self.lines)
        self.clock.advance(seconds=1)
        self.calls.clear()
        return self._handlers[name](event, None)

    def hear(self, name: str, event: Event[Any]) -> list[str]:
        """Deliver an event; return the calls that concern the log."""
        assert failures(self.invoke(name, {"Records": [message(event)]})) == []
        log = names.log_table(self.stage.name)
        return [
            call.operation
            for call in self.calls.made
            if call.sent.get("TableName") == log or call.operation == "TransactWriteItems"
        ]

    @property
    def elsewhere(self) -> list[str]:
        """The calls that concern a table of the service's own."""
        log = names.log_table(self.stage.name)
        return [
            call.operation for call in self.calls.made if call.sent.get("TableName", log) != log
        ]


@pytest.fixture
def world(stage: Stage, calls: Calls, clock: Clock) -> World:
    return World(stage, calls, clock)


def order(key: str = KEY) -> dict[str, Any]:
    return {
        "routeKey": "POST /checkout",
        "requestContext": {},
        "headers": {"content-type": "application/json", "idempotency-key": key},
        "body": json.dumps(BODY),
    }
