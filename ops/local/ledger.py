"""The sandbox gateway's ledger: what became of an order's money, as the gateway knows it."""

from collections.abc import Sequence

import msgspec

from functions.payment.sandbox import LEDGER, Entry, State
from functions.payment.service import SERVICE as PAYMENT
from ops.cloud import Cloud

_BECAME: dict[State, str] = {
    "prepared": "prepared, nothing moved",
    "captured": "captured",
    "declined": "declined, nothing moved",
    "cancelled": "cancelled, nothing moved",
    "refunded": "captured, then refunded",
}


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One reference: the order, the amount in minor units, and what became of it."""

    order: str
    reference: str
    amount: int
    currency: str
    state: State

    @property
    def became(self) -> str:
        """What became of the money, in words."""
        return _BECAME[self.state]


def ledger(cloud: Cloud, orders: Sequence[str]) -> list[Line]:
    """Return the ledger's lines about these orders, in their order. It reads the whole ledger."""
    lines = []
    for record in cloud.records(PAYMENT, LEDGER).all():
        entry = msgspec.convert(dict(record.values), Entry)
        if entry.order in orders:
            lines.append(
                Line(
                    order=entry.order,
                    reference=record.key,
                    amount=entry.amount,
                    currency=entry.currency,
                    state=entry.state,
                )
            )
    return sorted(lines, key=lambda line: (orders.index(line.order), line.reference))
