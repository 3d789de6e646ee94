"""The gateway's contract under faults: a crash at any call, other callers between any two.

In every case a reference is charged at most once, a refund never exceeds the charge, and in the end
all answers agree with the provider's totals.
"""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import product
from typing import Any

import pytest

from functions.payment.gateway import Captured, Gateway, GatewayUnavailable
from tests.support.gateways import AMOUNT, Provider, prepare

type Operation = Callable[[Gateway, str], object]
type Answers = list[tuple[str, object]]


def confirm(gateway: Gateway, reference: str) -> object:
    return gateway.confirm(reference)


def cancel(gateway: Gateway, reference: str) -> object:
    return gateway.cancel(reference)


OPERATIONS: dict[str, Operation] = {"confirm": confirm, "cancel": cancel}
BEFORE: dict[str, tuple[Operation, ...]] = {
    "prepared": (),
    "confirmed": (confirm,),
    "cancelled": (cancel,),
    "confirmed and cancelled": (confirm, cancel),
}


class Count:
    """Counts a gateway's calls."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self, _: str, call: Callable[[], Any]) -> Any:
        self.made += 1
        return call()


class Died(BaseException):
    """The worker's process ended."""


class Crash(Count):
    """Crashes the worker before or after one of its calls."""

    def __init__(self, at: int, *, after: bool) -> None:
        super().__init__()
        self._at, self._after = at, after

    def __call__(self, what: str, call: Callable[[], Any]) -> Any:
        here = self.made == self._at
        if here and not self._after:
            raise Died
        answer = super().__call__(what, call)
        if here:
            raise Died
        return answer


class Interleave(Count):
    """Runs another caller before each call, from the call with the given index on."""

    def __init__(self, at: int, others: Sequence[Callable[[], object]]) -> None:
        super().__init__()
        self._at, self._others = at, list(others)

    def __call__(self, what: str, call: Callable[[], Any]) -> Any:
        if self.made >= self._at and self._others:
            self._others.pop(0)()
        return super().__call__(what, call)


def prepared(provider: Provider, token: str, before: tuple[Operation, ...]) -> str:
    """Return a reference after these operations."""
    reference = prepare(provider, getattr(provider, token))
    for operation in before:
        operation(provider.gateway(), reference)
    return reference


def check(provider: Provider, reference: str, *, cancelled: bool) -> None:
    """Check the invariants, which are stricter after a completed cancel."""
    totals = provider.totals(reference)
    assert totals.captures <= 1, "it was charged twice"
    assert totals.refunded <= totals.captured, "the refund exceeds the charge"
    if cancelled:
        assert totals.refunded == totals.captured, "a cancelled reference is charged"


@pytest.mark.parametrize("token", ["success", "declined"])
@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("before", BEFORE)
def test_after_a_crash_at_any_call_a_repeated_operation_returns_the_same(
    provider: Provider, before: str, name: str, token: str
) -> None:
    operation, count = OPERATIONS[name], Count()
    expected = operation(provider.gateway(count), prepared(provider, token, BEFORE[before]))

    assert count.made
    for at, after in product(range(count.made), (False, True)):
        reference = prepared(provider, token, BEFORE[before])
        with pytest.raises(Died):
            operation(provider.gateway(Crash(at, after=after)), reference)
        check(provider, reference, cancelled=False)

        assert operation(provider.gateway(), reference) == expected
        check(provider, reference, cancelled="cancel" in (name, before))
        check_end(provider, reference)


@pytest.mark.parametrize("token", ["success", "declined"])
@pytest.mark.parametrize(("crashed", "following"), [("confirm", "cancel"), ("cancel", "confirm")])
def test_after_a_crash_at_any_call_the_other_operation_works(
    provider: Provider, crashed: str, following: str, token: str
) -> None:
    count = Count()
    OPERATIONS[crashed](provider.gateway(count), prepared(provider, token, ()))

    for at, after in product(range(count.made), (False, True)):
        reference = prepared(provider, token, ())
        with pytest.raises(Died):
            OPERATIONS[crashed](provider.gateway(Crash(at, after=after)), reference)
        OPERATIONS[following](provider.gateway(), reference)

        check(provider, reference, cancelled=following == "cancel")
        check_end(provider, reference)


def check_end(provider: Provider, reference: str) -> None:
    """Check that a cancel is final, and that all answers agree with the totals."""
    gateway = provider.gateway()
    returned = gateway.cancel(reference)
    check(provider, reference, cancelled=True)
    totals = provider.totals(reference)
    answer = gateway.confirm(reference)

    assert returned == (AMOUNT if totals.captured else None)
    assert (answer == Captured(amount=AMOUNT)) is bool(totals.captured)
    assert (gateway.cancel(reference), gateway.confirm(reference)) == (returned, answer)
    assert provider.totals(reference) == totals


@pytest.mark.parametrize("names", list(product(OPERATIONS, repeat=3)), ids="-".join)
@pytest.mark.parametrize("before", ["prepared", "confirmed"])
def test_interleaved_operations_return_answers_that_agree_with_the_totals(
    provider: Provider, before: str, names: tuple[str, ...]
) -> None:
    for token in provider.tokens:
        count = Count()
        attempt(names[0], provider.gateway(count), begin(provider, token, before))
        for at in range(count.made):
            reference = begin(provider, token, before)
            answers: Answers = []

            def run(
                name: str, gateway: Gateway, of: str = reference, to: Answers = answers
            ) -> None:
                to.append((name, attempt(name, gateway, of)))

            others = [partial(run, name, provider.gateway()) for name in names[1:]]
            run(names[0], provider.gateway(Interleave(at, others)))
            check_answers(provider, reference, answers)


def begin(provider: Provider, token: str, before: str) -> str:
    reference = prepare(provider, token)
    if before == "confirmed":
        attempt("confirm", provider.gateway(), reference)
    return reference


def attempt(name: str, gateway: Gateway, reference: str) -> object:
    try:
        return OPERATIONS[name](gateway, reference)
    except GatewayUnavailable:
        return "lost"


def check_answers(provider: Provider, reference: str, answers: Answers) -> None:
    check(provider, reference, cancelled=("cancel" in dict(answers)))
    totals = provider.totals(reference)
    returned = AMOUNT if totals.captured else None
    _, confirmed = [attempt("confirm", provider.gateway(), reference) for _ in range(2)]
    assert (confirmed == Captured(amount=AMOUNT)) is bool(totals.captured)
    for name, answer in answers:
        assert answer in ([returned] if name == "cancel" else [confirmed, "lost"])
