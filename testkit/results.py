"""Results of a story: facts, rows, items, mails, dead letters, outcomes, calls outside."""

from typing import Any

from events import codec
from events.envelope import Event
from events.history import History
from functions.framework.ports import Mail, Records, Rows
from functions.framework.service import Consumer, Service
from testkit.builders import Clock
from testkit.port_calls import Call, PortCalls
from testkit.world import World


class Results:
    """The services of a story and what they wrote. `clock` is their clock.

    An unknown order, consumer or table is a LookupError that names the known ones.
    """

    def __init__(self, world: World, calls: PortCalls, clock: Clock) -> None:
        self.clock = clock
        self.services: dict[str, Service] = {}
        """The services by name."""

        self._world = world
        self._calls = calls

    def history(self, order: str) -> History:
        """Return all events of an order."""
        return self._known_order(order)

    def facts(self, order: str) -> set[str]:
        """Return the types of an order's events."""
        return {event.type for event in self._known_order(order)}

    def tables(self, *where: str) -> Records:
        """Return a table without a sort key, by its name or by its owner and name."""
        return self._world.tables(*where)

    def rows(self, *where: str) -> Rows:
        """Return a table with a sort key, by its name or by its owner and name."""
        return self._world.rows(*where)

    @property
    def mails(self) -> list[Mail]:
        """The mails that were sent."""
        return list(self._calls.mails)

    def dead_letters(self, consumer: str) -> list[Event[Any]]:
        """Return the events of a consumer's dead letters."""
        self._consumer(consumer)
        return [codec.decode(body) for body in self._world.dead_letters(consumer)]

    def outcomes(self, consumer: str) -> list[str]:
        """Return the outcomes of a consumer's messages in order, such as `done` or `retry`."""
        self._consumer(consumer)
        return [str(outcome) for outcome in self._world.observer.of(consumer)]

    def outside(self, consumer: str) -> Any:
        """Return what the consumer's adapter built for its port to the outside, such as a fake."""
        if consumer not in self._calls.outsides:
            raise LookupError(f"{self._consumer(consumer).name} has no adapter")
        return self._calls.outsides[consumer]

    def calls(self, consumer: str) -> list[Call]:
        """Return the calls of the consumer's port to the outside, in order."""
        self.outside(consumer)
        return list(self._calls.outside_calls[consumer])

    def _known_order(self, order: str) -> History:
        history = self._world.operated_log.read(order)
        if not len(history):
            raise LookupError(f"no order {order!r}: place it, or append its events, first")
        return history

    def _known(self, service: str) -> Service:
        if service not in self.services:
            known = ", ".join(sorted(self.services))
            raise LookupError(f"no service {service!r}; there are: {known}")
        return self.services[service]

    def _consumer(self, name: str) -> Consumer:
        service = self.services.get(name)
        if isinstance(service, Consumer):
            return service
        known = (each.name for each in self.services.values() if isinstance(each, Consumer))
        raise LookupError(f"no consumer {name!r}; there are: {', '.join(sorted(known))}")
