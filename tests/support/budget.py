"""The functions of a stage with their AWS calls counted, and the events of one order."""

from collections import Counter
from typing import Any

import pytest

from events.contracts.inventory import Reserved, StockReserved
from events.contracts.ordering import OrderCancelled, OrderConfirmed
from events.contracts.payment import PaymentCaptured, PaymentPrepared
from events.contracts.shipping import DispatchScheduled
from events.envelope import Event
from functions import names
from functions.framework.service import Consumer
from functions.runtime.main import Handler, build, find
from functions.runtime.memory.lambda_events import batch, failures
from functions.runtime.memory.observer import MemoryObserver
from testkit import products
from testkit.builders import MUTE, TRUMPET, Clock, message, placed, then
from testkit.customer import Customer
from tests.functions.conftest import Calls, Stage

PLACED = placed()
TOTAL = PLACED.data.total
PREPARED = then(PLACED, PaymentPrepared(reference="r"))
CAPTURED = then(PREPARED, PaymentCaptured(reference="r", amount=TOTAL))
PIECES = tuple(Reserved(sku=line.sku, quantity=line.quantity) for line in (TRUMPET, MUTE))
RESERVED = then(PLACED, StockReserved(lines=PIECES))
CONFIRMED = then(CAPTURED, OrderConfirmed(), seen=[RESERVED.sequence])
CANCELLED = then(PLACED, OrderCancelled(reason="customer"))
DISPATCHED = then(CONFIRMED, DispatchScheduled(carrier="sandbox", reference="SBX1"))


class CountedFunctions:
    """The functions of a stage, with the AWS calls of the last invocation."""

    def __init__(self, stage: Stage, calls: Calls, clock: Clock) -> None:
        self.stage = stage
        self.calls = calls
        self.clock = clock
        self.observer = MemoryObserver()
        self.issuer: dict[str, str] = {}
        self._handlers: dict[str, Handler] = {}
        self.customer = Customer(lambda event, _: self.invoke("checkout", event))
        products.offer(stage.records)
        products.stock(stage.records, TRUMPET, *[MUTE] * 5)

    def append(self, *events: Event[Any]) -> None:
        """Append events to the log."""
        for event in events:
            self.stage.log().append(event)

    def invoke(self, name: str, event: Any) -> Any:
        """Invoke a function, a second later than before."""
        if name not in self._handlers:
            environ = self.stage.environ(find(name)) | self.issuer
            self._handlers[name] = build(
                environ, clock=self.clock, observer=self.observer, clients=self.stage.connection
            )
        self.clock.advance(seconds=1)
        self.calls.clear()
        return self._handlers[name](event, None)

    def deliver(self, name: str, event: Event[Any]) -> list[str]:
        """Deliver an event to a consumer; return the calls to the log."""
        failed = failures(self.invoke(name, batch(message(event))))
        assert not failed, f"its reaction failed: {self.observer.failures[-1]}"
        return self._operations(own=False)

    def rows_written(self, consumer: Consumer) -> Counter[str]:
        """Return the calls to a consumer's own tables, without those of its adapters."""
        tables = {names.own_table(self.stage.name, consumer.name, t.name) for t in consumer.tables}
        return Counter(
            call.operation for call in self.calls if call.sent.get("TableName") in tables
        )

    @property
    def own_calls(self) -> list[str]:
        """The calls to the service's own tables."""
        return self._operations(own=True)

    def _operations(self, *, own: bool) -> list[str]:
        """Return the calls to own tables, or to the log; only facts are written in transactions."""
        log = names.log_table(self.stage.name)
        return [
            call.operation
            for call in self.calls
            if (call.sent.get("TableName", log) != log) is own
            and ("TableName" in call.sent or call.operation == "TransactWriteItems")
        ]


def check_duplicate(
    functions: CountedFunctions, name: str, event: Event[Any], *known: Event[Any]
) -> None:
    """Deliver an event whose facts are known already; fail unless that is one call."""
    functions.append(PLACED, event, *known)
    functions.deliver(name, event)

    assert len(functions.calls) == 1
    assert functions.observer.outcomes[-1] in ("duplicate", "overtaken")


def check_cancelled_twice(functions: CountedFunctions, name: str, *handled: Event[Any]) -> None:
    """Deliver a cancellation twice; fail unless the second is one query."""
    functions.append(PLACED, CANCELLED)
    for event in (*handled, CANCELLED, CANCELLED):
        functions.deliver(name, event)

    assert functions.calls.operations == ["Query"]
    assert functions.observer.outcomes[-1] == "duplicate"


@pytest.fixture
def functions(stage: Stage, calls: Calls, clock: Clock) -> CountedFunctions:
    return CountedFunctions(stage, calls, clock)
