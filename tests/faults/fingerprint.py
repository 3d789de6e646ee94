"""Whether two worlds will go on in the same way: what they hold, without what only looks different.

Times, references, and ids that are drawn by lot differ from one run to the next, and no rule asks
more of them than their order: so a reference stands here for what became of it, the log is told in
the order of its sequence, and the rest is left out.
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
    """Return what two worlds have in common that will go on, and end, in the same way."""
    recorded = world.recorded
    lives = {
        reference: "/".join(str(record.values["state"]) for record in life)
        for kept in recorded.ledger.by_order.values()
        for reference, life in kept.items()
    }
    return (
        tuple(sorted(_told(line, lives) for line in moto_state.contents())),
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


def _told(line: str, lives: Mapping[str, str]) -> str:
    def same(found: re.Match[str]) -> str:
        return lives.get(found[0], "an unknown reference") if found["reference"] else "_"

    return _DRAWN.sub(same, line)
