"""Story: orders placed with real services in a test, with faults, and what came of them."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import Any, Self

from events.contracts.checkout import Line
from events.envelope import Event, Fact
from functions.checkout.service import SERVICE as CHECKOUT
from functions.framework.api import http_services
from functions.framework.service import Consumer, Service
from functions.inventory.service import SERVICE as INVENTORY
from functions.runtime.operating.forget import ReadModel, erase
from testkit import products
from testkit.builders import Clock, order_placed, placed, then
from testkit.customer import Customer, HttpAnswer
from testkit.deliveries import Deliveries
from testkit.memory import MemoryWorld
from testkit.port_calls import PortCalls
from testkit.services import adapters_of, services_of
from testkit.world import World


class Story(Deliveries):
    """A story in memory: the services of the map, or `only` these; `also` some, `without` some.

    Their handlers run as Lambda calls them; nothing is delivered before `settle`. `adapters` are
    chosen by consumer: by default one that sends mail, which is in `mails`, or else the first.
    `issuer` is the OIDC issuer, if callers have tokens. Use it as a context manager: at the end it
    checks that each failure that was asked for came.
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
        self._placed = 0
        with ExitStack() as undo:
            undo.callback(world.close)
            for service in services:
                self.deploy(service)
            if CHECKOUT.name in self.services:
                products.offer(self.tables)
            undo.pop_all()

    def _make_world(self, **options: Any) -> World:
        """Return the world in which the services run."""
        return MemoryWorld((), **options)

    def place(self, *lines: Line, in_stock: bool = True, **fields: Any) -> str:
        """Place an order, by default of a trumpet and two mutes; return its id.

        `fields` are those of `order_placed`, such as `token="tok_declined"`. The pieces are put in
        stock before, unless `in_stock` is False.
        """
        fact = order_placed(*lines, **fields)
        if in_stock and INVENTORY.name in self.services:
            products.stock(self.tables, *fact.lines)
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

    def request(self, route: str, **request: Any) -> HttpAnswer:
        """Send a request such as `POST /checkout`; `request` is as of `Customer.request`.

        Raises:
            LookupError: no service has such a route.
        """
        answering = list(http_services(self.services.values()))
        for service in answering:
            if route in {each.key for each in service.routes}:
                return self.customer(service.name).request(route, **request)
        known = sorted(each.key for service in answering for each in service.routes)
        raise LookupError(f"no route {route!r}; there are: {', '.join(known)}")

    def customer(self, service: str = CHECKOUT.name) -> Customer:
        """Return a customer who sends requests to a service, by default to checkout."""
        known = self._known(service).name

        def send(event: dict[str, Any], _: Any) -> Any:
            answer = self._world.invoke(known, event)
            self._check_access()
            return answer

        return Customer(send)

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
