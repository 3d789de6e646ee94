"""Payment providers for the gateway's contract tests: the sandbox, and Stripe by localstripe.

An `Interceptor` stands between a gateway and its provider. It receives the name of each call and a
function that makes it; it may make it, drop it, or do something else before.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from types import SimpleNamespace
from typing import Any, NamedTuple
from unittest.mock import Mock, patch
from urllib.parse import parse_qsl, urlsplit

import requests
import stripe

from events.money import Money
from functions.payment.gateway import Gateway
from functions.payment.sandbox import DECLINED, LEDGER, OUTAGE, SUCCESS, TIMEOUT, SandboxGateway
from functions.payment.stripe import calls
from functions.payment.stripe.calls import RETRIES, StripeCalls
from functions.payment.stripe.gateway import StripeGateway
from functions.runtime.memory.tables import MemoryTables
from testkit.builders import ORDER

AMOUNT = Money(amount=28890, currency="EUR")
KEY = "sk_test_4eC39HqLyjWDarjtT1zdp7dc"


class FakeSecret:
    """A secret that caches its value, as the real one does; `stored` may be changed."""

    def __init__(self, stored: str | Exception = KEY) -> None:
        self.stored, self.reads, self._cached = stored, 0, ""

    def __call__(self, *, fresh: bool = False) -> str:
        if fresh or not self._cached:
            self.reads += 1
            if isinstance(self.stored, Exception):
                raise self.stored
            self._cached = self.stored
        return self._cached


type Interceptor = Callable[[str, Callable[[], Any]], Any]


def pass_through(_: str, call: Callable[[], Any]) -> Any:
    return call()


class Totals(NamedTuple):
    """A provider's totals of a reference: number of captures, captured and refunded amounts."""

    captures: int
    captured: int
    refunded: int


def no_answer() -> stripe.StripeError:
    """Return the library's error for a missing answer, after which it retries."""
    text = "Read timed unreachable."
    return stripe.APIConnectionError(text, should_retry=True)  # type: ignore[no-untyped-call]


class SandboxProvider:
    """The sandbox and its ledger.

    `lossy` returns a gateway that loses the answers to its first confirm, and a reference of it;
    `unreachable` returns a call of a gateway that never gets an answer.
    """

    success, declined, unknown = SUCCESS, DECLINED, "tok_of_another"
    tokens = (SUCCESS, DECLINED, TIMEOUT)

    def __init__(self) -> None:
        self.ledger = MemoryTables()(LEDGER)

    def gateway(self, interceptor: Interceptor = pass_through) -> SandboxGateway:
        ledger: Any = SimpleNamespace(
            get=lambda key: interceptor("get", lambda: self.ledger.get(key)),
            put=lambda record: interceptor("put", lambda: self.ledger.put(record)),
        )
        return SandboxGateway(ledger)

    def lossy(self) -> tuple[Gateway, str]:
        return self.gateway(), prepare(self, TIMEOUT)

    def unreachable(self) -> Callable[[], str]:
        return lambda: prepare(self, OUTAGE)

    def totals(self, reference: str) -> Totals:
        record = self.ledger.get(reference)
        assert record is not None
        amount, state = int(record.values["amount"]), record.values["state"]
        captured = amount if state in ("captured", "refunded") else 0
        return Totals(int(captured > 0), captured, amount if state == "refunded" else 0)


class SentRequest(NamedTuple):
    """A request: its name such as `post confirm`, its form or query, headers and host."""

    name: str
    form: dict[str, str]
    headers: dict[str, str]
    host: str


class InterceptedHttp(stripe.RequestsClient):
    """The library's own HTTP client, without waits between retries; it records the requests."""

    def __init__(self, interceptor: Interceptor, session: requests.Session | None = None) -> None:
        super().__init__(timeout=60, session=session)
        self.sent: list[SentRequest] = []
        self._interceptor = interceptor

    def request(
        self, method: str, url: str, headers: Any, post_data: Any = None, **more: Any
    ) -> Any:
        parts = urlsplit(url)
        name = f"{method} {parts.path.rpartition('/')[2]}"
        form = dict(parse_qsl(post_data or parts.query))
        self.sent.append(SentRequest(name, form, dict(headers), parts.netloc))
        request = super().request
        return self._interceptor(name, lambda: request(method, url, headers, post_data, **more))

    def _sleep_time_seconds(self, num_retries: int) -> float:
        return 0


class StripeProvider:
    """localstripe, called through the official library.

    Of Stripe's test cards it declines only `pm_card_chargeCustomerFail`; it does not know
    `pm_card_chargeDeclined`, and it charges `pm_card_visa_chargeDeclined`. Its "not found" has no
    `code` and no `param`, its decline no `decline_code`; it has no limit to refunds and never drops
    `last_payment_error`. The tests in payment/stripe cover what depends on those.
    """

    success, declined, unknown = "pm_card_visa", "pm_card_chargeCustomerFail", "pm_of_another"
    tokens = (success, declined)

    def __init__(self, address: str) -> None:
        self.address = address
        self.session = requests.Session()

    def gateway(self, interceptor: Interceptor = pass_through) -> StripeGateway:
        http = InterceptedHttp(interceptor, self.session)
        return StripeGateway(StripeCalls(FakeSecret(), http=http, base=self.address))

    def lossy(self) -> tuple[Gateway, str]:
        lost = [no_answer()] * (RETRIES + 1)

        def lose(name: str, call: Callable[[], Any]) -> Any:
            answer = call()
            if name == "post confirm" and lost:
                raise lost.pop()
            return answer

        return self.gateway(lose), prepare(self, self.success)

    def unreachable(self) -> Callable[[], str]:
        lose = Mock(side_effect=no_answer())
        return lambda: self.gateway(lose).prepare(ORDER, AMOUNT, self.success)

    def in_place_of_stripe(self) -> AbstractContextManager[Any]:
        """Return a patch by which Stripe's adapter calls this provider."""
        http = InterceptedHttp(pass_through, self.session)
        replaced = partial(StripeCalls, http=http, base=self.address)
        return patch.object(calls, "StripeCalls", replaced)

    def totals(self, reference: str) -> Totals:
        paid = {"payment_intent": reference, "status": "succeeded"}
        url, headers = f"{self.address}/v1/charges", {"Authorization": f"Bearer {KEY}"}
        answer = self.session.get(url, params={"limit": "10000"}, headers=headers)
        charges = [each for each in answer.json()["data"] if paid.items() <= each.items()]
        captured, refunded = (
            sum(each[name] for each in charges) for name in ("amount", "amount_refunded")
        )
        return Totals(len(charges), captured, refunded)

    def close(self) -> None:
        """Delete all data, so that the lists stay short."""
        self.session.delete(f"{self.address}/_config/data").raise_for_status()
        self.session.close()


type Provider = SandboxProvider | StripeProvider


def prepare(provider: Provider, token: str) -> str:
    return provider.gateway().prepare(ORDER, AMOUNT, token)
