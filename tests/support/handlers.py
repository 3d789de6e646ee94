"""Services composed on in-memory ports, for the tests of their Lambda handlers."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from events import codec
from events.contracts.checkout import OrderPlaced
from events.contracts.inventory import StockVoided
from events.contracts.payment import PaymentPrepared
from events.envelope import Event, Fact
from functions.framework.api import Api
from functions.framework.http import Request, Response
from functions.framework.reaction import Decision, On, Steps
from functions.framework.routes import Param, Route
from functions.framework.service import Adapter, Consumer
from functions.runtime.handlers.observer import Observer
from functions.runtime.handlers.reactor import Reactor
from functions.runtime.main import Dependencies, compose_reactor
from functions.runtime.memory.application import Application
from functions.runtime.memory.lambda_events import batch, failures
from functions.runtime.memory.log import MemoryLog
from functions.runtime.memory.observer import MemoryObserver
from testkit.builders import Clock, message, order_placed, placed, resources, then

A, B = placed(order="A"), placed(order="B")
PREPARED = then(A, PaymentPrepared(reference="r"))
SECRET = "tok_of_a_card_that_nobody_may_read"

EDITS: dict[str, dict[str, Any]] = {
    "not JSON": {},
    "an unknown type": {"type": "OrderGiftWrapped"},
    "a future version": {"dataversion": 3},
}
"""Changes of an encoded event after which it does not decode."""


def undecodable(edit: str) -> str:
    """Return the body of a message that does not decode."""
    changes = EDITS[edit]
    return json.dumps(json.loads(codec.encode(placed())) | changes) if changes else "order placed!"


def process(application: Application, *records: dict[str, Any]) -> list[str]:
    """Invoke the only service with a batch of records; return the ids of those that failed."""
    (service,) = application.handlers
    return failures(application.invoke(service, batch(*records)))


class FailingConsumer(Application):
    """A consumer of OrderPlaced whose reaction takes `seconds` and fails for orders in `errors`.

    The message of an error contains personal data.
    """

    clock: Clock

    def __init__(self, *, ordered: bool = False, observer: Observer | None = None) -> None:
        self.errors: dict[str, type[Exception]] = {}
        self.reacted: list[str] = []
        self.seconds = self._now = 0.0
        on = On(event=OrderPlaced, react=self._react, states=(StockVoided,), history=True)
        super().__init__(
            [Consumer(name="inventory", on=(on,), ordered=ordered)],
            clock=Clock(),
            wrap=lambda _, given: replace(
                given, monotonic=lambda: self._now, observer=observer or given.observer
            ),
        )
        self.queue = self.queues["inventory"]

    def place(self, *orders: str) -> list[dict[str, Any]]:
        """Append the first events of orders; return their queue records."""
        events = [placed(order_placed(token=SECRET), order=order) for order in orders]
        return [message(self.append(event)) for event in events]

    def _react(self, event: Event[OrderPlaced], _: object) -> StockVoided:
        self.reacted.append(event.subject)
        self._now += self.seconds
        if event.subject in self.errors:
            text = f"no answer for {event.data.payment_token} of {event.data.email}"
            raise self.errors[event.subject](text)
        return StockVoided()


class RecordingApi(Application):
    """An API with an endpoint that records its requests and returns or raises `answer`."""

    def __init__(self, issuer: str | None = None) -> None:
        self.requests: list[Request] = []
        self.answer: Response | Exception = Response()
        routes = (
            Route(
                method="POST",
                path="/things/{id}",
                endpoint="thing",
                rate=1,
                burst=1,
                params=(Param(name="id", where="path", form=str, about="The thing's id."),),
                bearer=("jwt",),
            ),
            Route(method="GET", path="/other", endpoint="other", rate=1, burst=1, public=True),
        )
        endpoints = {"thing": self._thing, "other": lambda _: Response(body="other")}
        api = Api(name="shop", routes=routes, direct="thing", build=lambda *_: endpoints)
        super().__init__([api], issuer=issuer)

    def call(self, **event: Any) -> Any:
        """Invoke the API with an HTTP API event (payload 2.0)."""
        return self.invoke("shop", {"routeKey": "POST /things/{id}", "requestContext": {}} | event)

    def _thing(self, request: Request) -> Response:
        self.requests.append(request)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def reactor(
    log: MemoryLog,
    react: Callable[..., Steps | Decision],
    *,
    event: type[Fact] = OrderPlaced,
    outside: object = None,
    states: tuple[type[Fact], ...] = (StockVoided,),
    clock: Clock | None = None,
    **options: Any,
) -> Reactor:
    """Return the reactor of a consumer with this one reaction, which has the options of `On`.

    The consumer is the one that may state `states`, or else inventory.
    """
    on = On(event=event, react=react, states=states, outside=outside is not None, **options)
    name = states[0].sources[0] if states else "inventory"
    adapters = (Adapter(name="usual", build=lambda _: outside),) if on.outside else ()
    given = Dependencies(
        observer=MemoryObserver(),
        clock=clock or Clock(),
        log=log,
        resources=resources(),
        outside=outside,
    )
    return compose_reactor(Consumer(name=name, on=(on,), adapters=adapters), given)
