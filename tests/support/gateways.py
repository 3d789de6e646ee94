"""The gateways that are held to the contract, each in a world with books of its own.

A test gets between a gateway and its world by an `Around`: it is given what the gateway is about to
do, in a word, and does it, or not, or something else before.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests
import stripe

from events.money import Money
from functions.framework.ports import Record, Records
from functions.payment.gateway import Gateway
from functions.payment.sandbox import DECLINED, LEDGER, OUTAGE, SUCCESS, TIMEOUT, SandboxGateway
from functions.payment.stripe.calls import RETRIES, StripeCalls
from functions.payment.stripe.gateway import StripeGateway
from functions.runtime.memory.tables import MemoryTables
from tests.support.builders import ORDER

AMOUNT = Money(amount=28890, currency="EUR")
KEY = "sk_test_4eC39HqLyjWDarjtT1zdp7dc"


class Vault:
    """A secret that keeps what it read, as the real one does; what is stored may be changed."""

    def __init__(self, stored: str | Exception = KEY) -> None:
        self.stored = stored
        self.reads = 0
        self._kept: str | None = None

    def __call__(self, *, fresh: bool = False) -> str:
        if self._kept is None or fresh:
            self.reads += 1
            if isinstance(self.stored, Exception):
                raise self.stored
            self._kept = self.stored
        return self._kept


type Around = Callable[[str, Callable[[], Any]], Any]


@dataclass(frozen=True)
class Books:
    """What a provider has done with a reference: how often it charged, how much, how much back."""

    captures: int
    captured: int
    refunded: int


class World(Protocol):
    """A provider, the tokens that make it do what a test needs, and gateways to it.

    `lossy` is one whose answers to the first confirm are lost, and a reference that it prepared;
    `out` is one that reaches nobody.
    """

    success: str
    declined: str
    unknown: str
    tokens: tuple[str, ...]

    def gateway(self, around: Around | None = None) -> Gateway: ...
    def lossy(self) -> tuple[Gateway, str]: ...
    def out(self) -> Callable[[], str]: ...
    def books(self, reference: str) -> Books: ...


def prepare(world: World, token: str) -> str:
    return world.gateway().prepare(ORDER, AMOUNT, token)


def nothing_heard() -> stripe.StripeError:
    """Return the library's error for an answer that does not come, which it asks for again."""
    lost: stripe.StripeError = stripe.APIConnectionError("Read timed out.", should_retry=True)  # type: ignore[no-untyped-call]  # the library's
    return lost


def undisturbed(_: str, call: Callable[[], Any]) -> Any:
    return call()


# -- the sandbox -----------------------------------------------------------------------------------


class AroundRecords:
    """A table, and somebody who gets between."""

    def __init__(self, records: Records, around: Around) -> None:
        self._records, self._around = records, around

    def get(self, key: str) -> Record | None:
        found: Record | None = self._around("get", lambda: self._records.get(key))
        return found

    def put(self, record: Record) -> bool:
        return bool(self._around("put", lambda: self._records.put(record)))

    def all(self) -> Iterator[Record]:
        return self._records.all()


class SandboxWorld:
    """The sandbox, and its ledger."""

    success, declined, unknown = SUCCESS, DECLINED, "tok_of_another"
    tokens: tuple[str, ...] = (SUCCESS, DECLINED, TIMEOUT)

    def __init__(self) -> None:
        self.ledger = MemoryTables()(LEDGER)

    def gateway(self, around: Around | None = None) -> SandboxGateway:
        return SandboxGateway(AroundRecords(self.ledger, around or undisturbed))

    def lossy(self) -> tuple[Gateway, str]:
        return self.gateway(), prepare(self, TIMEOUT)

    def out(self) -> Callable[[], str]:
        return lambda: prepare(self, OUTAGE)

    def books(self, reference: str) -> Books:
        record = self.ledger.get(reference)
        assert record is not None
        amount, state = int(record.values["amount"]), record.values["state"]
        captured = amount if state in ("captured", "refunded") else 0
        return Books(int(captured > 0), captured, amount if state == "refunded" else 0)


# -- Stripe ----------------------------------------------------------------------------------------


class AroundHttp(stripe.RequestsClient):
    """The library's own way to Stripe, and somebody who gets between; it never waits to retry."""

    def __init__(self, session: requests.Session, around: Around) -> None:
        super().__init__(timeout=60, session=session)
        self._around = around

    def request(self, method: str, url: str, *rest: Any, **more: Any) -> Any:
        what = f"{method} {urlsplit(url).path.rpartition('/')[2]}"
        return self._around(
            what, lambda: super(AroundHttp, self).request(method, url, *rest, **more)
        )

    def _sleep_time_seconds(self, num_retries: int) -> float:
        return 0


class StripeWorld:
    """localstripe, by way of the official library.

    Of Stripe's test cards it declines `pm_card_chargeCustomerFail` only; `pm_card_chargeDeclined`
    it does not know, and its `pm_card_visa_chargeDeclined` it charges. For what it does not find it
    gives neither `code` nor `param`, it gives no `decline_code`, knows no limit to refunds, and
    forgets no `last_payment_error`: what hangs on those is in test_stripe.py.
    """

    success, declined, unknown = "pm_card_visa", "pm_card_chargeCustomerFail", "pm_of_another"
    tokens: tuple[str, ...] = (success, declined)

    def __init__(self, address: str) -> None:
        self.address = address
        self.session = requests.Session()

    def gateway(self, around: Around | None = None) -> StripeGateway:
        http = AroundHttp(self.session, around or undisturbed)
        return StripeGateway(StripeCalls(Vault(), http=http, base=self.address))

    def lossy(self) -> tuple[Gateway, str]:
        left = [None] * (RETRIES + 1)

        def lose(what: str, call: Callable[[], Any]) -> Any:
            answer = call()
            if what == "post confirm" and left:
                left.pop()
                raise nothing_heard()
            return answer

        return self.gateway(lose), prepare(self, self.success)

    def out(self) -> Callable[[], str]:
        def nobody(_: str, __: Callable[[], Any]) -> Any:
            raise nothing_heard()

        return lambda: self.gateway(nobody).prepare(ORDER, AMOUNT, self.success)

    def books(self, reference: str) -> Books:
        charges = [
            charge
            for charge in self._list("charges")
            if charge["payment_intent"] == reference and charge["status"] == "succeeded"
        ]
        refunds = [refund for c in charges for refund in self._list("refunds", charge=c["id"])]
        return Books(
            len(charges), sum(c["amount"] for c in charges), sum(r["amount"] for r in refunds)
        )

    def end(self) -> None:
        """Make it forget everything, so that its lists stay short."""
        self.session.delete(f"{self.address}/_config/data").raise_for_status()
        self.session.close()

    def _list(self, kind: str, **query: str) -> list[dict[str, Any]]:
        answer = self.session.get(
            f"{self.address}/v1/{kind}",
            params={"limit": "10000", **query},
            headers={"Authorization": f"Bearer {KEY}"},
        )
        answer.raise_for_status()
        return list(answer.json()["data"])
