"""Gateway without real money, for laptops and test stages; its ledger is payment's own table.

Test tokens, as payment providers have them: `tok_success` captures, `tok_declined` is declined,
`tok_timeout` captures but loses the first answer, `tok_outage` never answers. Any other token is
declined as unknown.
"""

from collections.abc import Callable
from typing import Literal
from uuid import uuid4

import msgspec

from events.money import Money
from functions.framework.ports import Record, Records, Resources
from functions.payment.free import WithFreeOrders
from functions.payment.gateway import (
    Cancelled,
    Captured,
    Confirmation,
    Declined,
    GatewayUnavailable,
)

LEDGER = "ledger"

SUCCESS = "tok_success"
DECLINED = "tok_declined"
TIMEOUT = "tok_timeout"
OUTAGE = "tok_outage"

type State = Literal["prepared", "captured", "declined", "cancelled", "refunded"]


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One reference in the ledger, with its state."""

    order: str
    token: str
    amount: int
    currency: str
    state: State = "prepared"
    answers_lost: int = 0

    @property
    def money(self) -> Money:
        """The amount that the reference is for."""
        return Money(amount=self.amount, currency=self.currency)


class SandboxGateway:
    """A gateway on a ledger table; concurrent calls are safe."""

    def __init__(
        self,
        ledger: Records,
        new_reference: Callable[[], str] = lambda: f"sbx_{uuid4().hex}",
    ) -> None:
        self._ledger = ledger
        self._new_reference = new_reference

    def prepare(self, order: str, amount: Money, token: str) -> str:
        """Write a new reference into the ledger; no money moves."""
        if token == OUTAGE:
            raise GatewayUnavailable("tok_outage: the sandbox gateway does not answer")
        reference = self._new_reference()
        entry = Entry(order=order, token=token, amount=amount.amount, currency=amount.currency)
        self._ledger.put(Record(key=reference, values=msgspec.to_builtins(entry), version=0))
        return reference

    def confirm(self, reference: str) -> Confirmation:
        """Charge the reference, with the result that its token stands for."""
        entry = self._move(reference, _confirmed)
        if entry.token == TIMEOUT and not entry.answers_lost:
            self._move(reference, lambda old: msgspec.structs.replace(old, answers_lost=1))
            raise GatewayUnavailable("tok_timeout: the answer of the sandbox gateway is lost")
        match entry.state:
            case "cancelled":
                return Cancelled()
            case "declined":
                return Declined(reason=_refusal(entry.token) or "declined")
            case _:
                return Captured(amount=entry.money)

    def cancel(self, reference: str) -> Money | None:
        """Void the reference, or refund its charge."""
        entry = self._move(reference, _cancelled)
        return entry.money if entry.state == "refunded" else None

    def _move(self, reference: str, change: Callable[[Entry], Entry]) -> Entry:
        """Apply a change to the current entry; repeat it after a concurrent write."""
        while True:
            record = self._ledger.get(reference)
            if record is None:
                raise LookupError(f"the sandbox gateway never issued the reference {reference}")
            old = msgspec.convert(dict(record.values), Entry)
            new = change(old)
            values = msgspec.to_builtins(new)
            if new == old or self._ledger.put(
                Record(key=reference, values=values, version=record.version)
            ):
                return new


def sandbox(resources: Resources) -> WithFreeOrders:
    """Return the sandbox, on payment's ledger table."""
    return WithFreeOrders(SandboxGateway(resources.tables(LEDGER)))


def _confirmed(entry: Entry) -> Entry:
    if entry.state != "prepared":
        return entry
    state: State = "declined" if _refusal(entry.token) else "captured"
    return msgspec.structs.replace(entry, state=state)


def _cancelled(entry: Entry) -> Entry:
    after: dict[State, State] = {"prepared": "cancelled", "captured": "refunded"}
    return msgspec.structs.replace(entry, state=after.get(entry.state, entry.state))


def _refusal(token: str) -> str | None:
    if token in (SUCCESS, TIMEOUT):
        return None
    return "card_declined" if token == DECLINED else "unknown_token"
