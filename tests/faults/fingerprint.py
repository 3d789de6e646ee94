"""A fingerprint of a world: equal for two worlds that will continue and end in the same way.

Times, references and random ids differ from run to run, and no rule depends on more than their
order. So the states of a reference stand for it here, an order's slots are in the order of their
sequence, and the rest is left out.
"""

import re
from collections.abc import Iterator

from moto.dynamodb.models import dynamodb_backends
from moto.sqs.models import sqs_backends

from functions.payment.proof import states as gateway_states
from tests.faults.deployment import Deployment
from tests.support.template import ACCOUNT, REGION

_DRAWN = re.compile(
    r"(?P<reference>sbx_[0-9a-f]{32})"
    r"|(?P<time>\d{4}-\d\d-\d\dT[0-9:.]+(?:Z|\+00:00)?|\b\d{13}(?:\.\d{4})?)"
    r"|(?P<trace>00-[0-9a-f]{32}-[0-9a-f]{16}-01)"
    r"|(?P<id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
    r"|(?P<mail>\"message_id\":\"[^\"]*\")"
)


def fingerprint(world: Deployment) -> tuple[object, ...]:
    """Return all that two worlds share that will continue and end in the same way."""
    recorded = world.recorded
    outcomes = {
        reference: "/".join(states)
        for order in recorded.log.orders()
        for reference, states in gateway_states(recorded.checker.shops["payment"], order).items()
    }

    def same(found: re.Match[str]) -> str:
        return outcomes.get(found[0], "an unknown reference") if found["reference"] else "_"

    return (
        tuple(sorted(_DRAWN.sub(same, line) for line in _contents())),
        tuple(
            (order, tuple(event.slot for event in recorded.log.read(order)))
            for order in sorted(recorded.log.orders())
        ),
        frozenset(recorded.handled),
        frozenset(recorded.published),
        frozenset(recorded.mails.items()),
        frozenset(world.paused),
        len(world.hook.in_flight),
        world.behind,
    )


def _contents() -> Iterator[str]:
    """Yield all items of all tables and all messages in queues, each as a line."""
    for name, table in dynamodb_backends[ACCOUNT][REGION].tables.items():
        for item in table.all_items():
            yield f"{name} {sorted((key, value.value) for key, value in item.attrs.items())}"
    for name, queue in sqs_backends[ACCOUNT][REGION].queues.items():
        for message in queue._messages:
            yield f"{name} {message.visible} {message.body}"
