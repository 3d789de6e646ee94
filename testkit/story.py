"""Story: orders placed with real services in a test, with faults, and what came of them."""

from collections.abc import Collection, Mapping, Sequence
from random import Random
from typing import Any, Self

from events.contracts.checkout import Line
from events.envelope import Event, Fact
from functions.framework.ports import Message
from functions.framework.service import Consumer, Service, http_services
from functions.map import API
from functions.runtime.aws.items import to_item, to_message
from functions.runtime.operating.forget import ReadModel, erase
from functions.runtime.operating.ports import Selection, every_page
from testkit import products
from testkit.builders import Clock, order_placed, placed, then
from testkit.customer import Customer, HttpAnswer
from testkit.memory import MemoryWorld
from testkit.port_calls import Failure, PortCalls
from testkit.results import Results
from testkit.services import adapters_of, services_of
from testkit.world import World


class Story(Results):
    """A story in memory: the services of the map, or `only` these; `also` some, `without` some.

    Their handlers run as Lambda calls them; nothing is delivered before `settle`. `adapters` are
    chosen by consumer: by default one that sends mail, which is in `mails`, or else the first.
    `issuer` is the OIDC issuer, if callers have tokens. As a context manager, a story fails at its
    end if a failure that was asked for did not come.
    """

    def __init__(
        self,
        *,
        only: Sequence[Service] | None = None,
        also: Sequence[Service] = (),
        without: Sequence[Service] = (),
        adapters: Mapping[str, str] | None = None,
        issuer: str | None = None,
    ) -> None:
        services = services_of(only, also, without)
        clock, calls = Clock(), PortCalls()
        world = self._make_world(
            clock=clock,
            adapters=adapters_of(services, adapters or {}),
            issuer=issuer,
            wrap=calls.wrap,
        )
        super().__init__(world, calls, clock)
        self._paused: set[str] = set()
        self._placed = 0
        for service in services:
            self.deploy(service)
        products.sell(self)

    def _make_world(self, **options: Any) -> World:
        """Return the world in which the services run."""
        return MemoryWorld((), **options)

    def place(self, *lines: Line, in_stock: bool = True, **fields: Any) -> str:
        """Place an order, by default of a trumpet and two mutes; return its id.

        `fields` are those of `order_placed`, such as `token="tok_declined"`. The pieces are put in
        stock before, unless `in_stock` is False.
        """
        fact = order_placed(*lines, **fields)
        if in_stock:
            products.stock(self, *fact.lines)
        self._placed += 1
        return self.append(placed(fact, order=f"{self._placed:026}", now=self.clock())).subject

    def state(self, order: str, fact: Fact, *, slot: str | None = None) -> Event[Any]:
        """State a fact of an order as its first source would, caused by the order's last event.

        Raises:
            LookupError: there is no such order.
        """
        events = self._known_order(order)
        last = max(events, key=lambda event: event.time)
        seen = [event.sequence for event in events]
        return self.append(then(last, fact, slot=slot, seen=seen))

    def append(self, event: Event[Any]) -> Event[Any]:
        """Append an event to the log.

        Raises:
            ValueError: another event fills its slot.
        """
        held = self._world.append(event)
        if held != event:
            raise ValueError(
                f"the slot {event.slot} of order {event.subject} holds {held.type} of {held.source}"
                " already: a slot is filled once"
            )
        return event

    def settle(self, seed: int | None = None) -> None:
        """Deliver until every queue is empty or paused; failed messages come again at once.

        With a `seed`, queues and messages are taken in a random order that follows from it.

        Raises:
            AssertionError: a failure that was asked for did not come, or a service made a call of a
            table that its declaration does not grant.
        """
        random = None if seed is None else Random(seed)
        begun = len(self._world.observer.lines)
        while self._world.step(random):
            pass
        for line in self._world.observer.lines[begun:]:
            if "error" in line:  # pytest shows it if the test fails
                print(" ".join(f"{name}={value}" for name, value in line.items()))
        self._check_calls(self._paused)

    def request(self, route: str, **request: Any) -> HttpAnswer:
        """Send a request such as `POST /checkout`; `request` is as of `Customer.request`.

        Raises:
            LookupError: no service has such a route.
        """
        answering = list(http_services(self.services.values()))
        for service in answering:
            if route in {each.key for each in service.routes}:
                return self.customer(service.name).request(route, **request)
        known = ", ".join(sorted(each.key for service in answering for each in service.routes))
        raise LookupError(f"no route {route!r}; there are: {known or 'none'}")

    def customer(self, service: str = API.name) -> Customer:
        """Return a customer who sends requests to a service, by default to checkout."""
        name = self._known(service).name
        return Customer(lambda event, _: self._world.invoke(name, event))

    def tick(self, consumer: str) -> None:
        """Run the chore of a consumer once.

        Raises:
            LookupError: it has none.
        """
        if self._consumer(consumer).chore is None:
            raise LookupError(f"{consumer} has no chore")
        self._world.tick(consumer)

    def deploy(self, service: Service) -> None:
        """Add a service; a consumer receives what is published from now on.

        Raises:
            ValueError: it runs already.
        """
        if service.name in self.services:
            raise ValueError(f"{service.name} is given twice: a story has each service once")
        self._world.deploy(self._calls.watched(service))
        self.services[service.name] = service

    def forget(self, order: str) -> None:
        """Erase the personal data of an order in the log and in the read models."""
        self._known_order(order)
        log = self._world.operated_log
        models = [
            ReadModel(each.name, each.projection, self.rows(each.name, each.projection.table))
            for each in self.services.values()
            if isinstance(each, Consumer) and each.projection
        ]
        erase(log, log, models, order, self.clock)

    def pause(self, consumer: str) -> None:
        """Deliver nothing to a consumer; its messages wait."""
        self._consumer(consumer)
        self._paused.add(consumer)
        self._world.set_paused(consumer, paused=True)

    def resume(self, consumer: str) -> None:
        """Deliver to a consumer again."""
        self._consumer(consumer)
        self._paused.discard(consumer)
        self._world.set_paused(consumer, paused=False)

    def fail(
        self,
        service: str,
        call: str,
        *,
        times: int = 1,
        error: Exception | None = None,
        answer_lost: bool = False,
    ) -> None:
        """Let the next calls of a service's port raise `error`, by default a TimeoutError.

        A call is named as `log.append`, `rows.put` or, with a method of the port to the outside,
        `outside.print`. With `answer_lost` it has its effect before it raises.

        Raises:
            LookupError: there is no such service, port or method.
        """
        self._known(service)
        raised = error or TimeoutError(f"a test let {call} fail")
        self._calls.fail(Failure(service, call, raised, times, times, answer_lost))

    def send(self, consumer: str, *events: Event[Any]) -> None:
        """Send events to one consumer's queue, past the topic, in the given order."""
        self._consumer(consumer)
        self._world.resend(consumer, [to_message(to_item(event)) for event in events])

    def duplicate(self, consumer: str) -> int:
        """Send all past messages of a consumer again, the last first; return their number."""
        past = self._past(consumer)
        self._world.resend(consumer, past[::-1])
        return len(past)

    def replay(self, consumer: str) -> int:
        """Send the past to a consumer as `fanfare replay` does; return the number of events.

        Raises:
            ValueError: its row does not allow it.
        """
        if not self._consumer(consumer).replayable:
            raise ValueError(f"{consumer} is not replayable=True, so the past is not sent to it")
        self._world.resend(consumer, past := self._past(consumer))
        return len(past)

    def close(self) -> None:
        """End the story.

        Raises:
            AssertionError: a failure that was asked for did not come.
        """
        self._world.close()
        self._check_calls()

    def __enter__(self) -> Self:
        """Return the story."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """End the story; an error of the test itself counts first."""
        self._world.close()
        if kind is None:
            self._check_calls()

    def _check_calls(self, paused: Collection[str] = ()) -> None:
        assert not self._calls.denied, self._calls.denied[0]
        unmet = self._calls.unmet(paused)
        assert not unmet, "; ".join(map(str, unmet))

    def _past(self, consumer: str) -> list[Message]:
        """Return the messages of all events to which a consumer subscribes."""
        selection = Selection(types=self._consumer(consumer).subscribed_types, settled=True)
        pages = every_page(self._world.operated_log, selection)
        return [message for page in pages for message in page.messages]
