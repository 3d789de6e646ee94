"""Marked data on every path of an order, and a recorder of all AWS calls meanwhile."""

import json
import re
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from time_machine import Traveller

from events import codec
from functions.map import CONSUMERS
from functions.payment.sandbox import SUCCESS, SandboxGateway
from functions.runtime import backoff
from functions.runtime.aws.items import SLOT, to_item
from functions.shipping.sandbox import SandboxCarrier
from tests.support.builders import placed
from tests.support.client_hooks import hooked
from tests.support.http_answer import HttpAnswer
from tests.system import marks
from tests.system.shop import SKU, Placed, Shop
from tests.system.world import World

PROVIDERS = ((SandboxGateway, "prepare"), (SandboxGateway, "confirm"), (SandboxCarrier, "book"))
CALLS = ("PutItem", "Query", "TransactWriteItems", "PublishBatch", "SendEmail")
GIVES_UP = "ordering"
"""The consumer whose poison message is followed into its DLQ."""

type Call = tuple[str, dict[str, Any]]

LINES = [{"sku": SKU, "quantity": 1}]
ORDER = {"lines": LINES, "email": marks.EMAIL, "ship_to": marks.SHIP_TO}
HEADERS = {"authorization": f"Bearer {marks.JWT}", "traceparent": marks.CARD, "cookie": marks.JWT}


@dataclass
class CallRecorder:
    """Records all AWS calls; the next `refusals` fail with an error that quotes all marks."""

    calls: list[Call] = field(default_factory=list)
    refusals: Counter[str] = field(default_factory=Counter)

    def recording(self) -> AbstractContextManager[None]:
        """Record the calls of all sessions that are created meanwhile."""
        return hooked(("provide-client-params", self._record), ("before-call", self._refuse))

    def of(self, *operations: str) -> Iterator[dict[str, Any]]:
        """Yield the parameters of all calls of some operations."""
        yield from (sent for operation, sent in self.calls if operation in operations)

    def _record(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        self.calls.append((model.name, dict(params)))

    def _refuse(self, model: Any, **_: Any) -> Any:
        if not self.refusals[model.name]:
            return None
        self.refusals[model.name] -= 1
        error = {"Code": "ValidationException", "Message": marks.EVERYTHING}
        return _Refused(), {"Error": error, "ResponseMetadata": {"HTTPStatusCode": 400}}


class _Refused:
    status_code = 400
    headers: dict[str, str] = {}  # noqa: RUF012  botocore only reads it


@dataclass
class Canary:
    """Walks every path with marked data; `foreign` are the answers about other people's orders."""

    world: World
    shop: Shop
    recorder: CallRecorder
    clock: Traveller
    patch: Callable[..., Any]
    foreign: list[HttpAnswer] = field(default_factory=list)

    def walk(self) -> Placed:
        """Walk all paths except `poison`; return an order that has ended."""
        good = self.place(SUCCESS, marks.KEY)
        self.world.settle()
        declined = self.place(marks.TOKEN, marks.OTHER_KEY)
        direct = {"payment_token": marks.TOKEN, "idempotency_key": marks.DIRECT_KEY}
        self.world.invoke("checkout", ORDER | direct)
        self.show(good)
        self.request_foreign(good, declined)
        self.world.settle()
        self.shop.cancel(declined)
        self.refusals()
        self.outages()
        return good

    def place(self, token: str, key: str) -> Placed:
        """Place an order over HTTP."""
        answer = self.shop.request(
            "POST /checkout",
            body=ORDER | {"payment_token": token},
            headers=HEADERS | {"idempotency-key": key},
        )
        assert answer.status == 200, answer
        return Placed(answer.body["id"], key)

    def show(self, order: Placed) -> None:
        """Show an order, and the list."""
        assert self.shop.show(order).status == 200
        self.shop.request("GET /orders", headers=HEADERS)

    def request_foreign(self, *orders: Placed) -> None:
        """Show and cancel the orders of other customers, which is refused."""
        subject, self.shop.subject = self.shop.subject, self.shop.subject and "somebody"
        for order in orders:
            foreign = Placed(order.id, "11111111-1111-4111-8111-111111111111")
            self.foreign += [self.shop.show(foreign), self.shop.cancel(foreign)]
        self.foreign.append(self.shop.request("GET /orders"))
        self.shop.subject = subject
        assert all(answer.status in {200, 404} for answer in self.foreign)

    def refusals(self) -> None:
        """Send invalid orders, with marks in every place."""
        whole = ORDER | {"payment_token": marks.TOKEN}
        wrong: list[Any] = [
            *({name: marks.EVERYTHING} for name in whole),
            *({name: [marks.EVERYTHING]} for name in whole),
            {marks.EMAIL: marks.CARD},
            {"delivery": marks.CARD},
            {"lines": [{"sku": marks.TOKEN, "quantity": 1}]},
            {"expected_total": {"amount": 1, "currency": "EUR"}},
        ]
        for edit in wrong:
            headers = HEADERS | {"idempotency-key": marks.KEY}
            answer = self.shop.request("POST /checkout", body=whole | edit, headers=headers)
            assert answer.status in {409, 422}, answer
            self.world.invoke("checkout", whole | edit)
        for headers in ({"idempotency-key": marks.CARD}, {"content-type": marks.EMAIL}):
            self.shop.request("POST /checkout", body=whole, headers=HEADERS | headers)
        self.shop.request("POST /checkout", body=marks.EVERYTHING, headers=HEADERS)
        self.shop.request(f"POST /{marks.EMAIL}", body=marks.EVERYTHING, headers=HEADERS)
        self.shop.request("GET /orders/{id}", path={"id": marks.EMAIL}, headers=HEADERS)
        self.world.invoke("checkout", {"requestContext": marks.EVERYTHING, "body": marks.CARD})

    def outages(self) -> None:
        """Fail each provider and each AWS call once with a verbose error, then recover."""
        with self.patch() as outage:
            for target, name in PROVIDERS:
                outage.setattr(target, name, _fails_once(getattr(target, name)))
            self.place(SUCCESS, f"{marks.KEY[:-4]}a000")
            for _ in PROVIDERS:
                self._later()
        self.place(SUCCESS, f"{marks.KEY[:-4]}b000")
        self.recorder.refusals.update(dict.fromkeys(CALLS, 3))
        for _ in range(3):
            for service in ("checkout", "relay", *sorted(self.world.active)):
                self._try(service)
        self.recorder.refusals.clear()
        self._later()

    def poison(self, order: Placed) -> None:
        """Put marked invalid messages into every queue and the log, until the DLQ has them."""
        forged = codec.encode(placed(order=marks.EMAIL)).decode()
        document = json.loads(forged)
        forgeries = [json.dumps(document | {member: marks.EVERYTHING}) for member in document]
        for consumer in (consumer.name for consumer in CONSUMERS):
            bodies = [forged, marks.EVERYTHING, *(forgeries if consumer == GIVES_UP else ())]
            for body in bodies:
                self.world.send(consumer, body)
        for attribute in ("source", "type", "correlationid", "traceparent", "data"):
            item = to_item(placed(order=order.id))
            item |= {SLOT: {"S": attribute}, attribute: {"S": marks.EVERYTHING}}
            self.world.put(self.world.log, item)
        self.world.settle()
        for _ in range(backoff.receives_to_ride_out()):
            self.clock.shift(backoff.delay(1) + 1)
            self.world.consume(GIVES_UP)
            self.world.consume(GIVES_UP)
        assert self.world.take_dead_letters(GIVES_UP)

    def _later(self) -> None:
        self.clock.shift(backoff.LONGEST_DELAY + 1)
        self.world.settle()

    def _try(self, service: str) -> None:
        """Invoke a function like Lambda, which logs its exception."""
        try:
            if service == "checkout":
                answer = self.shop.show(Placed("0" * 26, marks.KEY))
                body = ORDER | {"payment_token": SUCCESS}
                self.shop.request("POST /checkout", body=body, headers=HEADERS)
                assert answer.status in {404, 500}
            elif service == "relay":
                self.world.relay()
            else:
                self.world.consume(service)
        except Exception:  # noqa: BLE001  any error is logged
            print(traceback.format_exc())


def _fails_once(works: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that raises a verbose error at its first call."""
    failed: list[bool] = []

    def call(*given: Any, **named: Any) -> Any:
        if not failed:
            failed.append(True)
            raise RuntimeError(marks.EVERYTHING)
        return works(*given, **named)

    return call


URL = re.compile(r"(?:https?|mailto):[^\s\"'<>]*")
