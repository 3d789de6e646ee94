"""The gateway's ledger has the state of an order's money."""

from events.money import Money
from functions.payment.sandbox import DECLINED, LEDGER, SUCCESS, SandboxGateway
from functions.payment.service import SERVICE as PAYMENT
from ops.local.summary import ledger
from ops.stage.connection import Connection

AMOUNT = Money(amount=4900, currency="EUR")


def test_every_reference_of_an_order_is_returned_with_its_state(here: Connection) -> None:
    gateway = SandboxGateway(here.records(PAYMENT, LEDGER))
    paid, refused, undone, away = (
        gateway.prepare(order, AMOUNT, token)
        for order, token in (("A", SUCCESS), ("B", DECLINED), ("C", SUCCESS), ("D", SUCCESS))
    )
    for reference in (paid, refused, undone, away):
        gateway.confirm(reference)
    gateway.cancel(undone)
    left = gateway.prepare("C", AMOUNT, SUCCESS)

    found = ledger(here, ["C", "A", "B"])

    assert {(entry.order, entry.reference, entry.state_text) for entry in found} == {
        ("C", undone, "captured, then refunded"),
        ("C", left, "prepared, nothing moved"),
        ("A", paid, "captured"),
        ("B", refused, "declined, nothing moved"),
    }
    assert [entry.order for entry in found] == ["C", "C", "A", "B"]
    assert {(entry.amount, entry.currency) for entry in found} == {(4900, "EUR")}
