"""Three sample orders for the demo, and the end that each must reach."""

import http.client
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import msgspec

from events.contracts.payment import PaymentCaptured
from events.envelope import Fact
from events.order import Order
from ops.cli.errors import CommandError
from ops.paths import SAMPLE
from ops.stage.demo_catalogue import sold_out

PATIENCE = 30
"""Seconds to wait for an answer, as API Gateway does; the first request starts the function."""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """An order to place, and its expected end: the status, and the reason if it is cancelled.

    The consumer `without` is paused until the order's log has a fact of type `until`.
    """

    body: dict[str, Any]
    status: str
    reason: str | None = None
    without: str | None = None
    until: type[Fact] | None = None

    def matches(self, order: Order) -> bool:
        """Return whether an order ended as expected, with nothing left to give back."""
        return (order.status, order.reason) == (self.status, self.reason) and not order.moving


def samples() -> tuple[Sample, ...]:
    """Return an order that succeeds, one whose card is declined, and one that is out of stock.

    Inventory gets the last one late: the customer has paid by then, and gets a refund.
    """
    body = msgspec.json.decode(SAMPLE.read_bytes())
    unavailable = {"sku": sold_out().sku, "quantity": 1}
    return (
        Sample(body=body, status="dispatched"),
        Sample(
            body=body | {"payment_token": "tok_declined"},
            status="cancelled",
            reason="payment-declined",
        ),
        Sample(
            body=body | {"lines": [unavailable]},
            status="cancelled",
            reason="out-of-stock",
            without="inventory",
            until=PaymentCaptured,
        ),
    )


def place(api: str, body: dict[str, Any]) -> str:
    """Place an order over HTTP and return its id.

    Raises:
        CommandError: the shop does not answer, or refuses the order.
    """
    address = urlsplit(f"{api}/checkout")
    connection = http.client.HTTPConnection(address.netloc, timeout=PATIENCE)
    try:
        headers = {"content-type": "application/json"}
        connection.request("POST", address.path, msgspec.json.encode(body), headers)
        answer = connection.getresponse()
        content = answer.read()
    except (OSError, http.client.HTTPException) as error:
        raise CommandError(f"The shop does not answer at {address.geturl()}: {error}") from error
    finally:
        connection.close()
    if answer.status != http.client.OK:
        raise CommandError(
            f"The shop answered {answer.status}: {content.decode(errors='replace')[:300]}"
        )
    return str(msgspec.json.decode(content)["id"])
