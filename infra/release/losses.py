"""What an update would lose: resources that go, or are replaced, or are kept less surely."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from infra.release.stateful import Keeps, Kept

DAY = 24 * 60 * 60
FOR_EVER = float("inf")

_POLICIES = {"Delete": 0, "Snapshot": 1, "RetainExceptOnCreate": 2, "Retain": 2}

STRENGTHS: Mapping[str, Callable[[Any], float]] = {
    "DeletionPolicy": lambda policy: _POLICIES[policy or "Delete"],
    "UpdateReplacePolicy": lambda policy: _POLICIES[policy or "Delete"],
    "DeletionProtectionEnabled": bool,
    "MessageRetentionPeriod": lambda seconds: seconds or 4 * DAY,
    "PointInTimeRecoverySpecification": lambda how: bool(
        how and how.get("PointInTimeRecoveryEnabled")
    ),
    "RetentionInDays": lambda days: days or FOR_EVER,
}
"""How surely each keeps something, also where nothing is said of it."""


@dataclass(frozen=True)
class Loss:
    """One thing that an update would lose: of which resource, and why, in a sentence."""

    resource: str
    why: str

    @property
    def stack(self) -> str:
        """The stack that the resource is of."""
        return self.resource.partition("/")[0]

    def __str__(self) -> str:
        return f"{self.resource}: {self.why}"


def losses(released: Keeps, now: Keeps) -> list[Loss]:
    """Return what an update from the released resources to those of now would lose."""
    return [
        Loss(resource, why)
        for resource, before in released.items()
        for why in _whys(before, now.get(resource), now)
    ]


def _whys(before: Kept, after: Kept | None, now: Keeps) -> Iterator[str]:
    called = f"{before.type} {before.name}" if before.name else before.type
    if after is None or after.type != before.type:
        yield f"{called} is no more{_elsewhere(before, now)}"
        return
    for name in sorted({*before.fixed, *after.fixed}):
        was, is_now = before.fixed.get(name), after.fixed.get(name)
        if was != is_now:
            yield f"{called} would be replaced: {name} was {was}, and is {is_now}"
    for name, strength in STRENGTHS.items():
        was, is_now = before.safety.get(name), after.safety.get(name)
        if strength(is_now) < strength(was):
            yield f"{called} is kept less surely: {name} was {was}, and is {is_now}"


def _elsewhere(before: Kept, now: Keeps) -> str:
    """Tell where a resource went that has only got another logical id, or stack."""
    places = [place for place, kept in now.items() if before.name and kept.name == before.name]
    return f"; {places[0]} has its name, which AWS takes for another resource" if places else ""
