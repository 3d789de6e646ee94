"""Three orders that show what there is to see, and how each of them must end."""

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
"""Seconds for an answer, as many as API Gateway has; the first request starts the function."""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """An order to place, and how it ends: its status, and the reason if it is cancelled.

    `without` is a consumer that is paused while it is placed, until the order states `until`.
    """

    body: dict[str, Any]
    status: str
    reason: str | None = None
    without: str | None = None
    until: type[Fact] | None = None

    def ended_so(self, order: Order) -> bool:
        """Tell whether an order ended as this one must, and all that it had taken is back."""
        return (order.status, order.reason) == (self.status, self.reason) and not order.moving


def samples() -> tuple[Sample, ...]:
    """Return an order that goes well, one whose card is declined, and one of what is sold out.

    Inventory hears late of the last one: the customer has paid by then, and is given it back.
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
        CommandError: the answer is no order.
    """
    address = urlsplit(f"{api}/checkout")
    connection = http.client.HTTPConnection(address.netloc, timeout=PATIENCE)
    try:
        headers = {"content-type": "application/json"}
        connection.request("POST", address.path, msgspec.json.encode(body), headers)
        answer = connection.getresponse()
        said = answer.read()
    except (OSError, http.client.HTTPException) as error:
        raise CommandError(f"The shop does not answer at {address.geturl()}: {error}") from error
    finally:
        connection.close()
    if answer.status != http.client.OK:
        raise CommandError(
            f"The shop answered {answer.status}: {said.decode(errors='replace')[:300]}"
        )
    return str(msgspec.json.decode(said)["id"])
