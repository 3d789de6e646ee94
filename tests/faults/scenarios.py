"""The sweep's scenarios: small worlds in which, together, every function makes all its calls."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from functions.payment.sandbox import DECLINED, TIMEOUT
from tests.faults.deployment import Deployment
from tests.system.shop import SOLD_OUT

type Act = Callable[[Deployment], object]
"""A step by a customer or an operator."""


def rest(_: Deployment) -> None:
    """Run all steps that need no act; `sweep` does so."""


def ordered(sku: str = "TRUMPET", token: str = "tok_success") -> Act:
    return lambda deployment: deployment.place(0, sku, 1, token)


def cancelled(deployment: Deployment) -> None:
    deployment.cancel(0)


def browsed(deployment: Deployment) -> None:
    """The customer lists the products; then the function restarts, with an empty cache."""
    deployment.shop.request("GET /products")
    deployment.start()


def looked_at(deployment: Deployment) -> None:
    deployment.shop.show(*deployment.orders[0])


def paused(*consumers: str) -> Act:
    """From here on only these consumers are paused."""

    def act(deployment: Deployment) -> None:
        deployment.paused = set(consumers)

    return act


def waited(**span: float) -> Act:
    return lambda deployment: deployment.clock.shift(timedelta(**span))


def ticked(consumer: str) -> Act:
    return lambda deployment: deployment.tick(consumer)


def consumed_backwards(consumer: str) -> Act:
    return lambda deployment: deployment.consume(consumer, reverse=True)


def garbage_in_the_log(deployment: Deployment) -> None:
    """Put an item into the log that is no event."""
    item = {"subject": {"S": "no order"}, "slot": {"S": "garbage"}}
    deployment.put(deployment.log, item)


def while_paused(consumers: Sequence[str], *acts: Act) -> tuple[Act, ...]:
    """The customer orders and acts follow, while consumers are paused."""
    return (paused(*consumers), ordered(), rest, *acts, paused())


SCENARIOS: Mapping[str, Sequence[Act]] = {
    "confirmed and sent": (browsed, ordered(), rest, looked_at),
    "declined": (ordered(token=DECLINED), rest),
    "the gateway's answer is lost": (ordered(token=TIMEOUT), rest),
    "sold out": (ordered(SOLD_OUT), rest),
    "cancelled at once": (ordered(), cancelled, rest),
    "cancelled when paid": (*while_paused(["inventory"], cancelled, rest), rest),
    "cancelled when reserved": (*while_paused(["payment"], cancelled, rest), rest),
    "cancelled before payment and inventory react": (
        *while_paused(["payment", "inventory"], cancelled, rest),
        consumed_backwards("payment"),
        consumed_backwards("inventory"),
        rest,
    ),
    "stalled": (
        *while_paused(["payment"], waited(hours=12, minutes=6), ticked("orders"), rest),
        rest,
    ),
    "the list is behind": (
        *while_paused(["payment"], paused("orders"), rest, waited(hours=13), ticked("orders")),
        rest,
    ),
    "the parcel is late": (*while_paused(["shipping"], waited(hours=25)), rest),
    "the figures are late": (
        *while_paused(["analytics"], waited(days=3)),
        rest,
        ticked("analytics"),
    ),
    "a garbage item in the log": (garbage_in_the_log, ordered(), rest),
}
"""The acts of each world, from its first order to its last, by the world's name."""
