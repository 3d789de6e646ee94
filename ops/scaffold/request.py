"""What is to be scaffolded: a consumer of some kind, or an event type of a service."""

import re
from dataclasses import dataclass

from events.envelope import Fact

SUBJECT = "Order"
"""The first word of many event types; slots leave it out."""


@dataclass(frozen=True, kw_only=True)
class NewEvent:
    """An event type that a service will state, with one field of its own as an example."""

    name: str
    service: str
    field: str = "reason"
    about: str = "the type of the event that led to it"

    @property
    def slot(self) -> str:
        """The decision that it fills, such as `fraud/flagged` for `OrderFlagged`."""
        return f"{self.service}/{'-'.join(self._words).lower()}"

    @property
    def constant(self) -> str:
        """The name of the slot's constant."""
        return "_".join(self._words).upper()

    @property
    def _words(self) -> list[str]:
        words = re.findall("[A-Z][a-z]+", self.name) or [self.name]
        return words[1:] if words[0] == SUBJECT else words


@dataclass(frozen=True, kw_only=True)
class NewConsumer:
    """A consumer, the contracts of the types that it subscribes to, and the options of its kind."""

    name: str
    on: tuple[type[Fact], ...]
    table: bool = False
    outside: bool = False
    ordered: bool = False
    states: str | None = None

    @property
    def fact(self) -> NewEvent | None:
        """The event type that it states, if it states one."""
        if self.states is None:
            return None
        if self.outside:
            return NewEvent(
                name=self.states,
                service=self.name,
                field="reference",
                about="the order's reference at the provider",
            )
        return NewEvent(name=self.states, service=self.name)

    @property
    def replayable(self) -> bool:
        """Whether old events may be sent again, which an outside effect forbids."""
        return not self.outside
