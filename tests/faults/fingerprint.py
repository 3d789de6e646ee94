"""A fingerprint of a world: equal for two worlds that will continue and end in the same way.

Times, references and random ids differ from run to run, and no rule depends on more than their
order. So the states of a reference stand for it here, an order's slots are in the order of their
sequence, and the rest is left out.
"""

import re
from collections.abc import Mapping

from tests.faults import moto_state
from tests.faults.deployment import Deployment

_DRAWN = re.compile(
    r"(?P<reference>sbx_[0-9a-f]{32})"
    r"|(?P<time>\d{4}-\d\d-\d\dT[0-9:.]+(?:Z|\+00:00)?|\b\d{13}(?:\.\d{4})?)"
    r"|(?P<trace>00-[0-9a-f]{32}-[0-9a-f]{16}-01)"
    r"|(?P<id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
    r"|(?P<mail>\"message_id\":\"[^\"]*\")"
)

type Fingerprint = tuple[object, ...]


def fingerprint(world: Deployment) -> Fingerprint:
    """Return all that two worlds share that will continue and end in the same way."""
    recorded = world.recorded
    outcomes = {
        reference: "/".join(str(record.values["state"]) for record in versions)
        for records in recorded.ledger.by_order.values()
        for reference, versions in records.items()
    }
    return (
        tuple(sorted(_normalized(line, outcomes) for line in moto_state.contents())),
        tuple((order, _slots(world, order)) for order in sorted(recorded.log.orders())),
        frozenset(recorded.handled),
        frozenset(recorded.published),
        frozenset(recorded.mails.items()),
        frozenset(world.paused),
        len(world.hook.in_flight),
        world.behind,
    )


def _slots(world: Deployment, order: str) -> tuple[str, ...]:
    return tuple(event.slot for event in world.recorded.log.read(order))


def _normalized(line: str, outcomes: Mapping[str, str]) -> str:
    def same(found: re.Match[str]) -> str:
        return outcomes.get(found[0], "an unknown reference") if found["reference"] else "_"

    return _DRAWN.sub(same, line)
