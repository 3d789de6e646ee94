"""Losses of an update: resources that are removed, replaced, or protected less."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from infra.release.stateful import Resources, StatefulResource

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
"""The degree of protection by each property's value, where None is an absent property."""


@dataclass(frozen=True)
class Loss:
    """One loss of an update: the resource, and the reason as a sentence."""

    resource: str
    reason: str

    @property
    def stack(self) -> str:
        """The resource's stack."""
        return self.resource.partition("/")[0]

    def __str__(self) -> str:
        return f"{self.resource}: {self.reason}"


def losses(released: Resources, now: Resources) -> list[Loss]:
    """Return the losses of an update from the released resources to the present ones."""
    return [
        Loss(resource, reason)
        for resource, before in released.items()
        for reason in _reasons(before, now.get(resource), now)
    ]


def _reasons(
    before: StatefulResource, after: StatefulResource | None, now: Resources
) -> Iterator[str]:
    label = f"{before.type} {before.name}" if before.name else before.type
    if after is None or after.type != before.type:
        yield f"{label} would be removed{_new_place(before, now)}"
        return
    for name in sorted({*before.fixed, *after.fixed}):
        was, is_now = before.fixed.get(name), after.fixed.get(name)
        if was != is_now:
            yield f"{label} would be replaced: {name} was {was}, and is {is_now}"
    for name, strength in STRENGTHS.items():
        was, is_now = before.safety.get(name), after.safety.get(name)
        if strength(is_now) < strength(was):
            yield f"{label} would be protected less: {name} was {was}, and is {is_now}"


def _new_place(before: StatefulResource, now: Resources) -> str:
    """Return a note for a resource that only has another logical id, or another stack."""
    places = [place for place, each in now.items() if before.name and each.name == before.name]
    return f"; {places[0]} has its name, but AWS treats it as another resource" if places else ""
