"""The sweep's scenarios: small worlds in which, together, every function makes all its calls."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from functions.payment.sandbox import DECLINED, TIMEOUT
from tests.faults.deployment import Deployment
from tests.faults.runs import customer_key
from tests.system.shop import SOLD_OUT, Placed

type Act = Callable[[Deployment], object]
"""A step by a customer or an operator."""


@dataclass(frozen=True)
class SweepScenario:
    """The acts of a world, from its first order to its last."""

    name: str
    acts: tuple[Act, ...]

    def __str__(self) -> str:
        """Return its name."""
        return self.name


def rest(_: Deployment) -> None:
    """Run all steps that need no act; `sweep` does so."""


def ordered(sku: str = "TRUMPET", token: str = "tok_success") -> Act:
    """The customer orders."""
    return lambda deployment: deployment.place(0, sku, 1, token)


def cancelled(deployment: Deployment) -> bool:
    """The customer cancels."""
    return deployment.cancel(0)


def browsed(deployment: Deployment) -> bool:
    """The customer lists the products; then the function restarts, with an empty cache."""
    sold = deployment.shop.request("GET /products")
    deployment.restart()
    return sold.status == 200


def looked_at(deployment: Deployment) -> bool:
    """The customer reads the order."""
    shown = deployment.shop.show(Placed(deployment.orders[0], customer_key(0)))
    return shown.status == 200


def paused(*consumers: str) -> Act:
    """From here on only these consumers are paused."""

    def act(deployment: Deployment) -> None:
        deployment.paused = set(consumers)

    return act


def waited(**span: float) -> Act:
    """Time passes."""
    return lambda deployment: deployment.clock.shift(timedelta(**span))


def ticked(consumer: str) -> Act:
    """The schedule invokes a consumer's chore."""
    return lambda deployment: deployment.tick(consumer)


def consumed_backwards(consumer: str) -> Act:
    """A consumer receives the last message first."""
    return lambda deployment: deployment.consume(consumer, reverse=True)


def garbage_in_the_log(deployment: Deployment) -> None:
    """Put an item into the log that is no event."""
    item = {"subject": {"S": "no order"}, "slot": {"S": "garbage"}}
    deployment.put(deployment.log, item)


SCENARIOS = (
    SweepScenario("confirmed and sent", (browsed, ordered(), rest, looked_at)),
    SweepScenario("declined", (ordered(token=DECLINED), rest)),
    SweepScenario("the gateway's answer is lost", (ordered(token=TIMEOUT), rest)),
    SweepScenario("sold out", (ordered(SOLD_OUT), rest)),
    SweepScenario("cancelled at once", (ordered(), cancelled, rest)),
    SweepScenario(
        "cancelled when paid",
        (paused("inventory"), ordered(), rest, cancelled, rest, paused(), rest),
    ),
    SweepScenario(
        "cancelled when reserved",
        (paused("payment"), ordered(), rest, cancelled, rest, paused(), rest),
    ),
    SweepScenario(
        "cancelled before payment and inventory react",
        (
            paused("payment", "inventory"),
            ordered(),
            rest,
            cancelled,
            rest,
            paused(),
            consumed_backwards("payment"),
            consumed_backwards("inventory"),
            rest,
        ),
    ),
    SweepScenario(
        "stalled",
        (
            paused("payment"),
            ordered(),
            rest,
            waited(hours=12, minutes=6),
            ticked("orders"),
            rest,
            paused(),
            rest,
        ),
    ),
    SweepScenario(
        "the list is behind",
        (
            paused("payment"),
            ordered(),
            rest,
            paused("orders"),
            rest,
            waited(hours=13),
            ticked("orders"),
            paused(),
            rest,
        ),
    ),
    SweepScenario(
        "the parcel is late",
        (paused("shipping"), ordered(), rest, waited(hours=25), paused(), rest),
    ),
    SweepScenario(
        "the figures are late",
        (
            paused("analytics"),
            ordered(),
            rest,
            waited(days=3),
            paused(),
            rest,
            ticked("analytics"),
        ),
    ),
    SweepScenario("a garbage item in the log", (garbage_in_the_log, ordered(), rest)),
)
