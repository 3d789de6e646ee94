"""Every path that an order's data can take, and a spy on all that leaves a function meanwhile."""

import json
import re
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import botocore.handlers
from time_machine import Traveller

from events import codec
from functions.map import CONSUMERS
from functions.payment.sandbox import SUCCESS, SandboxGateway
from functions.runtime import backoff
from functions.runtime.aws.items import SLOT, to_item
from functions.shipping.sandbox import SandboxCarrier
from tests.support.builders import placed
from tests.system import marks
from tests.system.shop import SKU, Answer, Placed, Shop
from tests.system.world import World

PROVIDERS = ((SandboxGateway, "prepare"), (SandboxGateway, "confirm"), (SandboxCarrier, "book"))
CALLS = ("PutItem", "Query", "TransactWriteItems", "PublishBatch", "SendEmail")
GIVES_UP = "ordering"
"""The consumer whose poison is followed into its DLQ."""

type Call = tuple[str, dict[str, Any]]

ORDER = {
    "lines": [{"sku": SKU, "quantity": 1}],
    "email": marks.EMAIL,
    "ship_to": marks.SHIP_TO,
}
ASK = {"authorization": f"Bearer {marks.JWT}", "traceparent": marks.CARD, "cookie": marks.JWT}


class Talkative(RuntimeError):
    """An error of a provider, who says all that it knows."""

    def __init__(self) -> None:
        super().__init__(marks.EVERYTHING)


@dataclass
class Spy:
    """Notes all calls of AWS; the next `talkative` ones are refused, with many words."""

    calls: list[Call] = field(default_factory=list)
    talkative: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hear the calls of all clients that are made from here on."""
        handlers = [("provide-client-params", self._note), ("before-call", self._refuse)]
        botocore.handlers.BUILTIN_HANDLERS.extend(handlers)
        try:
            yield
        finally:
            for handler in handlers:
                botocore.handlers.BUILTIN_HANDLERS.remove(handler)

    def of(self, *operations: str) -> Iterator[dict[str, Any]]:
        """Yield what was sent with some operations."""
        yield from (sent for operation, sent in self.calls if operation in operations)

    def _note(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        self.calls.append((model.name, dict(params)))

    def _refuse(self, model: Any, **_: Any) -> Any:
        if not self.talkative[model.name]:
            return None
        self.talkative[model.name] -= 1
        error = {"Code": "ValidationException", "Message": marks.EVERYTHING}
        return _Refused(), {"Error": error, "ResponseMetadata": {"HTTPStatusCode": 400}}


class _Refused:
    status_code = 400
    headers: dict[str, str] = {}  # noqa: RUF012  botocore reads it only


class Canary:
    """Walks every path with marked data; `strange` is what strangers were answered."""

    def __init__(
        self, world: World, shop: Shop, spy: Spy, clock: Traveller, patch: Callable[..., Any]
    ) -> None:
        self.world, self.shop, self.spy, self.clock, self.patch = world, shop, spy, clock, patch
        self.strange: list[Answer] = []

    def walk(self) -> Placed:
        """Walk them all but `poison`; return an order that came to rest."""
        good = self.place(SUCCESS, marks.KEY)
        self.world.settle()
        declined = self.place(marks.TOKEN, marks.OTHER_KEY)
        self.world.invoke(
            "checkout",
            ORDER | {"payment_token": marks.TOKEN, "idempotency_key": marks.DIRECT_KEY},
        )
        self.look(good)
        self.ask_as_a_stranger(good, declined)
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
            headers=ASK | {"idempotency-key": key},
        )
        assert answer.status == 200, answer
        return Placed(answer.body["id"], key)

    def look(self, order: Placed) -> None:
        """Look at an order, and at the list."""
        assert self.shop.show(order).status == 200
        self.shop.request("GET /orders", headers=ASK)

    def ask_as_a_stranger(self, *orders: Placed) -> None:
        """Ask for others' orders, and to cancel them."""
        subject, self.shop.subject = self.shop.subject, self.shop.subject and "somebody"
        for order in orders:
            strange = Placed(order.id, "11111111-1111-4111-8111-111111111111")
            self.strange += [self.shop.show(strange), self.shop.cancel(strange)]
        self.strange.append(self.shop.request("GET /orders"))
        self.shop.subject = subject
        assert all(answer.status in {200, 404} for answer in self.strange)

    def refusals(self) -> None:
        """Place what is no order, with marks wherever they could be."""
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
            headers = ASK | {"idempotency-key": marks.KEY}
            answer = self.shop.request("POST /checkout", body=whole | edit, headers=headers)
            assert answer.status in {409, 422}, answer
            self.world.invoke("checkout", whole | edit)
        for headers in ({"idempotency-key": marks.CARD}, {"content-type": marks.EMAIL}):
            self.shop.request("POST /checkout", body=whole, headers=ASK | headers)
        self.shop.request("POST /checkout", body=marks.EVERYTHING, headers=ASK)
        self.shop.request(f"POST /{marks.EMAIL}", body=marks.EVERYTHING, headers=ASK)
        self.shop.request("GET /orders/{id}", path={"id": marks.EMAIL}, headers=ASK)
        self.world.invoke("checkout", {"requestContext": marks.EVERYTHING, "body": marks.CARD})

    def outages(self) -> None:
        """Let each provider and each call of AWS fail, say why at length, and work again."""
        with self.patch() as outage:
            for target, name in PROVIDERS:
                outage.setattr(target, name, _fails_once(getattr(target, name)))
            self.place(SUCCESS, f"{marks.KEY[:-4]}a000")
            for _ in PROVIDERS:
                self._later()
        self.place(SUCCESS, f"{marks.KEY[:-4]}b000")
        self.spy.talkative.update(dict.fromkeys(CALLS, 3))
        for _ in range(3):
            for service in ("checkout", "relay", *sorted(self.world.active)):
                self._try(service)
        self.spy.talkative.clear()
        self._later()

    def poison(self, order: Placed) -> None:
        """Put marked nonsense into every queue and into the log, until it is given up."""
        forged = codec.encode(placed(order=marks.EMAIL)).decode()
        document = json.loads(forged)
        spoiled = [json.dumps(document | {member: marks.EVERYTHING}) for member in document]
        for consumer in (consumer.name for consumer in CONSUMERS):
            bodies = [forged, marks.EVERYTHING, *(spoiled if consumer == GIVES_UP else ())]
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
        assert self.world.dead(GIVES_UP)

    def _later(self) -> None:
        self.clock.shift(backoff.LONGEST_DELAY + 1)
        self.world.settle()

    def _try(self, service: str) -> None:
        """Call a function as Lambda does, which logs what it raises."""
        try:
            if service == "checkout":
                answer = self.shop.show(Placed("0" * 26, marks.KEY))
                self.shop.request(
                    "POST /checkout", body=ORDER | {"payment_token": SUCCESS}, headers=ASK
                )
                assert answer.status in {404, 500}
            elif service == "relay":
                self.world.relay()
            else:
                self.world.consume(service)
        except Exception:  # noqa: BLE001  whatever it is
            print(traceback.format_exc())


def _fails_once(works: Callable[..., Any]) -> Callable[..., Any]:
    failed: list[bool] = []

    def call(*given: Any, **named: Any) -> Any:
        if not failed:
            failed.append(True)
            raise Talkative
        return works(*given, **named)

    return call


URL = re.compile(r"(?:https?|mailto):[^\s\"'<>]*")
