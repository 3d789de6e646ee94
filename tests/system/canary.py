"""Marked data on every path of an order, and a recorder of all AWS calls meanwhile."""

import json
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from time_machine import Traveller

from events import codec
from functions.map import CONSUMERS
from functions.payment.sandbox import SUCCESS, SandboxGateway
from functions.runtime import backoff
from functions.runtime.aws.items import SLOT, to_item
from functions.shipping.sandbox import SandboxCarrier
from testkit.builders import placed, verified
from testkit.customer import HttpAnswer
from tests.support.client_hooks import hooked
from tests.system.marks import CARD, EMAIL, EVERYTHING, KEY, MARKS, SHIP_TO, TOKEN
from tests.system.shop import SKU, Placed, Shop
from tests.system.world import World

PROVIDERS = ((SandboxGateway, "prepare"), (SandboxGateway, "confirm"), (SandboxCarrier, "book"))
CALLS = ("PutItem", "Query", "TransactWriteItems", "PublishBatch", "SendEmail")
GIVES_UP = "ordering"
"""The consumer whose poison message is followed into its DLQ."""

LINES = [{"sku": SKU, "quantity": 1}]
ORDER = {"lines": LINES, "email": EMAIL, "ship_to": SHIP_TO, "payment_token": TOKEN}
HEADERS = {
    "authorization": f"Bearer {MARKS['token']}",
    "traceparent": CARD,
    "cookie": MARKS["token"],
}


class CallRecorder:
    """Records all AWS calls; the next `refusals` fail with an error that quotes all marks."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.refusals: Counter[str] = Counter()

    def recording(self) -> AbstractContextManager[Any]:
        """Record the calls of all sessions that are created meanwhile."""
        return hooked(("provide-client-params", self._record), ("before-call", self._refuse))

    def of(self, *operations: str) -> Iterator[dict[str, Any]]:
        yield from (sent for operation, sent in self.calls if operation in operations)

    def _record(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        self.calls.append((model.name, dict(params)))

    def _refuse(self, model: Any, **_: Any) -> Any:
        if not self.refusals[model.name]:
            return None
        self.refusals[model.name] -= 1
        error = {"Code": "ValidationException", "Message": EVERYTHING}
        response = SimpleNamespace(status_code=400, headers={})
        return response, {"Error": error, "ResponseMetadata": {"HTTPStatusCode": 400}}


class Canary:
    """Walks every path with marked data; `foreign` are the answers about other people's orders."""

    def __init__(self, world: World, shop: Shop, recorder: CallRecorder, clock: Traveller) -> None:
        self.world, self.shop, self.recorder, self.clock = world, shop, recorder, clock
        self.foreign: list[HttpAnswer] = []

    def walk(self) -> Placed:
        """Walk all paths except `poison`; return an order that has ended."""
        good = self.place(SUCCESS, KEY)
        self.world.settle()
        declined = self.place(TOKEN, MARKS["other key"])
        self.world.invoke("checkout", ORDER | {"idempotency_key": MARKS["direct key"]})
        assert self.shop.show(*good).status == 200
        self.shop.request("GET /orders", **HEADERS)
        self.request_foreign(good, declined)
        self.world.settle()
        self.shop.cancel(*declined)
        self.refusals()
        self.outages()
        return good

    def place(self, token: str, key: str) -> Placed:
        answer = self.shop.place(ORDER | {"payment_token": token}, key, **HEADERS)
        assert answer.status == 200, answer
        return Placed(answer.body["id"], key)

    def request_foreign(self, *orders: Placed) -> None:
        """Show and cancel the orders of other customers, which is refused."""
        own = self.shop.context
        self.shop.context = own and verified("somebody")
        for order in orders:
            for request in (self.shop.show, self.shop.cancel):
                self.foreign.append(request(order.id, "11111111-1111-4111-8111-111111111111"))
        self.foreign.append(self.shop.request("GET /orders"))
        self.shop.context = own
        assert all(answer.status in {200, 404} for answer in self.foreign)

    def refusals(self) -> None:
        """Send invalid orders, with marks in every place."""
        wrong: list[Any] = [
            *({name: EVERYTHING} for name in ORDER),
            *({name: [EVERYTHING]} for name in ORDER),
            {EMAIL: CARD},
            {"delivery": CARD},
            {"lines": [{"sku": TOKEN, "quantity": 1}]},
            {"expected_total": {"amount": 1, "currency": "EUR"}},
        ]
        for edit in wrong:
            key = f"{KEY[:-4]}c000" if "expected_total" in edit else KEY  # no try of that order
            answer = self.shop.place(ORDER | edit, key, **HEADERS)
            assert answer.status in {409, 422}, answer
            self.world.invoke("checkout", ORDER | edit)
        self.shop.place(ORDER, CARD, **HEADERS)
        self.shop.place(ORDER, None, **HEADERS, content_type=EMAIL)
        self.shop.place(json.dumps(EVERYTHING), None, **HEADERS)
        self.shop.request(f"POST /{EMAIL}", body=json.dumps(EVERYTHING), **HEADERS)
        self.shop.request("GET /orders/{id}", path={"id": EMAIL}, **HEADERS)
        self.world.invoke("checkout", {"requestContext": EVERYTHING, "body": CARD})

    def outages(self) -> None:
        """Fail each provider and each AWS call once with a verbose error, then recover."""
        self.place(SUCCESS, f"{KEY[:-4]}a000")
        for target, name in PROVIDERS:
            with patch.object(target, name, side_effect=RuntimeError(EVERYTHING)) as fails:
                self._later()
            assert fails.called
        self._later()
        self.place(SUCCESS, f"{KEY[:-4]}b000")
        self.recorder.refusals.update(dict.fromkeys(CALLS, 3))
        for _ in range(3):
            self._try(lambda: self.shop.show("0" * 26, KEY))
            self._try(lambda: self.shop.place(ORDER | {"payment_token": SUCCESS}, None, **HEADERS))
            self._try(self.world.relay)
            for consumer in sorted(self.world.active):
                self._try(partial(self.world.consume, consumer))
        self.recorder.refusals.clear()
        self._later()

    def poison(self, order: Placed) -> None:
        """Put marked invalid messages into every queue and the log, until the DLQ has them."""
        forged = codec.encode(placed(order=EMAIL)).decode()
        document = json.loads(forged)
        forgeries = [json.dumps(document | {member: EVERYTHING}) for member in document]
        for consumer in (consumer.name for consumer in CONSUMERS):
            for body in (forged, EVERYTHING, *(forgeries if consumer == GIVES_UP else ())):
                self.world.send(consumer, body)
        for attribute in ("source", "type", "correlationid", "traceparent", "data"):
            item = to_item(placed(order=order.id))
            item |= {SLOT: {"S": attribute}, attribute: {"S": EVERYTHING}}
            self.world.put(self.world.log, item)
        self.world.settle()
        for _ in range(backoff.receives_to_ride_out()):
            self.clock.shift(backoff.delay(1) + 1)
            self.world.consume(GIVES_UP)
            self.world.consume(GIVES_UP)
        assert self.world.dead_letters(GIVES_UP)

    def _later(self) -> None:
        self.clock.shift(backoff.LONGEST_DELAY + 1)
        self.world.settle()

    def _try(self, call: Callable[[], object]) -> None:
        """Call a function like Lambda, which logs its exception."""
        try:
            call()
        except Exception:  # noqa: BLE001  any error is logged
            print(traceback.format_exc())
