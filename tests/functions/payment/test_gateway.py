"""The gateway's contract: every gateway that payment may be given has to hold it.

A gateway joins by an entry in `GATEWAYS`: how to make one, and the tokens that make it capture,
decline, and capture while its answer is lost.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from events.money import Money
from functions.payment.gateway import (
    Cancelled,
    Captured,
    Declined,
    Gateway,
    GatewayUnavailable,
)
from functions.payment.sandbox import DECLINED, LEDGER, OUTAGE, SUCCESS, TIMEOUT, sandbox
from functions.runtime.memory import MemoryTables
from tests.builders import ORDER, resources

AMOUNT = Money(amount=28890, currency="EUR")


@dataclass(frozen=True)
class Subject:
    """A gateway, and the words to make it do what a test needs."""

    gateway: Gateway
    success: str
    declined: str
    timeout: str
    outage: str

    def prepare(self, token: str) -> str:
        return self.gateway.prepare(ORDER, AMOUNT, token)

    def confirmed(self, token: str) -> str:
        """Return a reference that was confirmed."""
        reference = self.prepare(token)
        self.gateway.confirm(reference)
        return reference


def the_sandbox() -> Subject:
    return Subject(sandbox(resources()), SUCCESS, DECLINED, TIMEOUT, OUTAGE)


GATEWAYS: dict[str, Callable[[], Subject]] = {"sandbox": the_sandbox}


@pytest.fixture(params=GATEWAYS)
def subject(request: pytest.FixtureRequest) -> Subject:
    return GATEWAYS[request.param]()


def test_preparing_gives_a_new_reference_each_time(subject: Subject) -> None:
    assert subject.prepare(subject.success) != subject.prepare(subject.success)


def test_preparing_moves_no_money(subject: Subject) -> None:
    reference = subject.prepare(subject.success)

    assert subject.gateway.cancel(reference) is None


def test_confirming_captures_the_prepared_amount(subject: Subject) -> None:
    reference = subject.prepare(subject.success)

    assert subject.gateway.confirm(reference) == Captured(amount=AMOUNT)


def test_a_declined_payment_says_why(subject: Subject) -> None:
    answer = subject.gateway.confirm(subject.prepare(subject.declined))

    assert isinstance(answer, Declined)
    assert answer.reason


@pytest.mark.parametrize("token", ["success", "declined"])
def test_confirming_again_gives_the_same_answer(subject: Subject, token: str) -> None:
    reference = subject.prepare(getattr(subject, token))
    first = subject.gateway.confirm(reference)

    assert [subject.gateway.confirm(reference) for _ in range(3)] == [first] * 3


def test_a_cancelled_reference_is_not_charged_by_a_later_confirm(subject: Subject) -> None:
    reference = subject.prepare(subject.success)
    subject.gateway.cancel(reference)

    assert subject.gateway.confirm(reference) == Cancelled()
    assert subject.gateway.confirm(reference) == Cancelled()
    assert subject.gateway.cancel(reference) is None


def test_cancelling_what_was_captured_gives_the_whole_amount_back(subject: Subject) -> None:
    assert subject.gateway.cancel(subject.confirmed(subject.success)) == AMOUNT


def test_cancelling_again_gives_the_same_answer(subject: Subject) -> None:
    captured, prepared = subject.confirmed(subject.success), subject.prepare(subject.success)

    assert [subject.gateway.cancel(captured) for _ in range(3)] == [AMOUNT] * 3
    assert [subject.gateway.cancel(prepared) for _ in range(3)] == [None] * 3


def test_what_was_refunded_had_been_captured_and_is_not_charged_again(subject: Subject) -> None:
    reference = subject.confirmed(subject.success)
    subject.gateway.cancel(reference)

    assert subject.gateway.confirm(reference) == Captured(amount=AMOUNT)
    assert subject.gateway.cancel(reference) == AMOUNT


def test_cancelling_what_was_declined_gives_nothing_back(subject: Subject) -> None:
    reference = subject.confirmed(subject.declined)

    assert subject.gateway.cancel(reference) is None
    assert isinstance(subject.gateway.confirm(reference), Declined)


def test_an_answer_that_was_lost_is_given_when_asked_again(subject: Subject) -> None:
    reference = subject.prepare(subject.timeout)

    with pytest.raises(GatewayUnavailable):
        subject.gateway.confirm(reference)
    assert subject.gateway.confirm(reference) == Captured(amount=AMOUNT)
    assert subject.gateway.confirm(reference) == Captured(amount=AMOUNT)


def test_money_whose_answer_was_lost_is_given_back_all_the_same(subject: Subject) -> None:
    reference = subject.prepare(subject.timeout)
    with pytest.raises(GatewayUnavailable):
        subject.gateway.confirm(reference)

    assert subject.gateway.cancel(reference) == AMOUNT


def test_a_gateway_that_is_out_says_so_however_often_it_is_asked(subject: Subject) -> None:
    for _ in range(3):
        with pytest.raises(GatewayUnavailable):
            subject.prepare(subject.outage)


def test_references_do_not_touch_each_other(subject: Subject) -> None:
    one, other = subject.prepare(subject.success), subject.prepare(subject.success)
    subject.gateway.cancel(one)

    assert subject.gateway.confirm(other) == Captured(amount=AMOUNT)


def test_a_reference_of_nobody_is_an_error(subject: Subject) -> None:
    for ask in (subject.gateway.confirm, subject.gateway.cancel):
        with pytest.raises(LookupError):
            ask("nobody's")


def test_the_sandbox_keeps_its_ledger_in_payments_own_table() -> None:
    tables = MemoryTables()
    reference = sandbox(resources(tables)).prepare(ORDER, AMOUNT, SUCCESS)
    entry = tables(LEDGER).get(reference)

    assert entry is not None
    assert (entry.values["order"], entry.values["state"]) == (ORDER, "prepared")


def test_the_sandbox_declines_a_token_that_it_does_not_know() -> None:
    subject = the_sandbox()

    assert subject.gateway.confirm(subject.prepare("tok_of_another")) == Declined(
        reason="unknown_token"
    )
