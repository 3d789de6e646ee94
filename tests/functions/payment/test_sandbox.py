"""The sandbox's ledger under several hands: every way in which two calls can meet at its writes."""

from collections.abc import Callable, Iterator
from itertools import product

import pytest

from events.money import Money
from functions.payment.gateway import Cancelled, Captured, Declined, GatewayUnavailable
from functions.payment.sandbox import DECLINED, LEDGER, SUCCESS, TIMEOUT, SandboxGateway
from functions.runtime.memory import MemoryRecords, MemoryTables
from functions.runtime.ports import Record
from tests.builders import ORDER

AMOUNT = Money(amount=28890, currency="EUR")


class Interrupted:
    """A ledger; each of the first calls of `put` is preceded by what somebody else does."""

    def __init__(self, ledger: MemoryRecords, others: list[Callable[[], object]]) -> None:
        self._ledger = ledger
        self._others = others

    def get(self, key: str) -> Record | None:
        return self._ledger.get(key)

    def put(self, record: Record) -> bool:
        if self._others:
            self._others.pop(0)()
        return self._ledger.put(record)

    def all(self) -> Iterator[Record]:
        return self._ledger.all()


@pytest.fixture
def ledger() -> MemoryRecords:
    return MemoryTables()(LEDGER)


def state(ledger: MemoryRecords, reference: str) -> str:
    record = ledger.get(reference)
    assert record is not None
    return str(record.values["state"])


def test_a_cancel_that_comes_before_the_write_of_a_confirm_wins(ledger: MemoryRecords) -> None:
    calm = SandboxGateway(ledger)
    reference = calm.prepare(ORDER, AMOUNT, SUCCESS)
    answers: list[object] = []
    gateway = SandboxGateway(Interrupted(ledger, [lambda: answers.append(calm.cancel(reference))]))

    assert gateway.confirm(reference) == Cancelled()
    assert answers == [None]
    assert state(ledger, reference) == "cancelled"


def test_a_confirm_that_comes_before_the_write_of_a_cancel_is_refunded(
    ledger: MemoryRecords,
) -> None:
    calm = SandboxGateway(ledger)
    reference = calm.prepare(ORDER, AMOUNT, SUCCESS)
    answers: list[object] = []
    gateway = SandboxGateway(Interrupted(ledger, [lambda: answers.append(calm.confirm(reference))]))

    assert gateway.cancel(reference) == AMOUNT
    assert answers == [Captured(amount=AMOUNT)]
    assert state(ledger, reference) == "refunded"


def test_two_confirms_at_once_capture_once(ledger: MemoryRecords) -> None:
    calm = SandboxGateway(ledger)
    reference = calm.prepare(ORDER, AMOUNT, SUCCESS)
    answers: list[object] = []
    gateway = SandboxGateway(Interrupted(ledger, [lambda: answers.append(calm.confirm(reference))]))

    assert [gateway.confirm(reference), *answers] == [Captured(amount=AMOUNT)] * 2
    record = ledger.get(reference)
    assert record is not None
    assert (record.values["state"], record.version) == ("captured", 2)


def test_two_cancels_at_once_refund_once(ledger: MemoryRecords) -> None:
    calm = SandboxGateway(ledger)
    reference = calm.prepare(ORDER, AMOUNT, SUCCESS)
    calm.confirm(reference)
    answers: list[object] = []
    gateway = SandboxGateway(Interrupted(ledger, [lambda: answers.append(calm.cancel(reference))]))

    assert [gateway.cancel(reference), *answers] == [AMOUNT, AMOUNT]
    record = ledger.get(reference)
    assert record is not None
    assert (record.values["state"], record.version) == ("refunded", 3)


def confirm(gateway: SandboxGateway, reference: str) -> object:
    try:
        return gateway.confirm(reference)
    except GatewayUnavailable:
        return "lost"


CALLS = {"confirm": confirm, "cancel": SandboxGateway.cancel}


@pytest.mark.parametrize("token", [SUCCESS, DECLINED, TIMEOUT])
@pytest.mark.parametrize("names", list(product(CALLS, repeat=4)), ids=lambda names: "-".join(names))
def test_whatever_meets_at_the_writes_all_answers_agree_with_the_ledger(
    ledger: MemoryRecords, token: str, names: tuple[str, ...]
) -> None:
    calm = SandboxGateway(ledger)
    reference = calm.prepare(ORDER, AMOUNT, token)
    given: list[tuple[str, object]] = []

    def call(name: str, gateway: SandboxGateway) -> Callable[[], None]:
        return lambda: given.append((name, CALLS[name](gateway, reference)))

    others: list[Callable[[], object]] = [call(name, calm) for name in names[1:]]
    call(names[0], SandboxGateway(Interrupted(ledger, others)))()

    end = state(ledger, reference)
    returned = AMOUNT if end == "refunded" else None
    confirmed = {
        "captured": Captured(amount=AMOUNT),
        "refunded": Captured(amount=AMOUNT),
        "declined": Declined(reason="card_declined"),
        "cancelled": Cancelled(),
    }
    for name, answer in given:
        assert answer in ([returned] if name == "cancel" else [confirmed[end], "lost"])
    if any(name == "cancel" for name, _ in given):
        assert end in ("cancelled", "refunded", "declined")
