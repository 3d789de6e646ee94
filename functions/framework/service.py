"""Declarations of services: consumers, APIs and the relay, with their tables and adapters."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, override

from events.history import History
from functions.framework.chore import Chore
from functions.framework.http import Endpoint
from functions.framework.notices import Notices
from functions.framework.outcomes import Outcome
from functions.framework.ports import Message, Resources, Row, Topic
from functions.framework.reaction import On
from functions.framework.table import Table

if TYPE_CHECKING:  # consumers do not need it at start
    from functions.framework.routes import Route


class UnknownAdapter(ValueError):
    """A stage chose an adapter that the consumer does not declare."""


TAKEN = frozenset(
    {"bus", "events", "framework", "log", "map", "names", "runtime", "undelivered", "unpublished"}
)
"""Names that other parts of a stage, or folders in `functions`, have."""

NAME = r"[a-z][a-z0-9]{0,30}"
"""The pattern of a service's name."""


@dataclass(frozen=True, kw_only=True)
class Adapter:
    """An implementation of a consumer's port to the outside; a stage chooses one by its name.

    A consumer's first adapter is the default and its fake: the local stage and tests use it.
    `build` returns it. `tables` exist only if it is chosen. With `secret` the function may read the
    service's secret; with `mails` it may send mail from the stage's sender. `library` names the
    requirements file of its own Lambda layer.
    """

    name: str
    build: Callable[[Resources], object]
    tables: tuple[Table, ...] = ()
    secret: bool = False
    mails: bool = False
    library: str | None = None

    @property
    def needs(self) -> str:
        """What of the stage it needs besides tables, in words; an empty text if nothing."""
        needed = {"a secret": self.secret, "mail": self.mails, "a library": self.library}
        return ", ".join(name for name, needs in needed.items() if needs)


@dataclass(frozen=True, kw_only=True)
class Projection:
    """A read model with one row per order, which can be rebuilt from the log.

    `fold` returns the row of a history, or None if it has none. It may depend only on event types
    that the consumer subscribes to, so that the last writer always writes the same row.
    """

    table: str
    fold: Callable[[History], Row | None]


def package_of(name: str, package: str | None = None) -> str:
    """Return the package of a service's code: its own, or its folder in `functions`."""
    return package or f"functions.{name}"


@dataclass(frozen=True, kw_only=True)
class Service:
    """A service: its name, its function's timeout (seconds) and memory (MiB), its own tables.

    The folder, the function and the stack have the same name. A service of another repository names
    the `package` of its code, such as `stamps`. Each outcome in `alarms` raises an alarm when it is
    counted once.
    """

    name: str
    package: str | None = None
    timeout: int = 30
    memory: int = 512
    tables: tuple[Table, ...] = ()
    alarms: tuple[Outcome, ...] = ()

    def __post_init__(self) -> None:
        """Check the name and the package.

        Raises:
            ValueError: it is not a valid name, or it is reserved.
        """
        if not re.fullmatch(NAME, self.name) or self.name in TAKEN:
            raise ValueError(
                f"{self.name!r} is not a valid service name: use small letters and digits, and none"
                f" of the reserved names {', '.join(sorted(TAKEN))}"
            )
        if self.package is not None and not self.package.isidentifier():
            raise ValueError(
                f"{self.name}: {self.package!r} is not a valid package: name the top-level package"
                " of its code, such as package='stamps'; leave it out for a folder of functions/"
            )

    @property
    def code_package(self) -> str:
        """The package of its code, such as `functions.email`; its module `service` has the row."""
        return package_of(self.name, self.package)

    @property
    def possible_tables(self) -> tuple[Table, ...]:
        """The tables that it may have, whichever adapter is chosen."""
        return self.tables


@dataclass(frozen=True, kw_only=True)
class Consumer(Service):
    """A service that subscribes to event types on a queue of its own.

    `ordered` makes it a FIFO queue: one order's events are handled one at a time. `concurrency` is
    the maximum number of workers, `batch` the maximum number of messages of an invocation.
    `adapters` implement its port to the outside, the default first. `effects` are the port's
    methods with an effect there: by name, the argument that makes a repeated call have no further
    effect, or None if each call has one; the simulator checks them. `replayable` allows to send old
    events again, which requires that its reactions have no outside effect. `projection` is the read
    model that it keeps, `chore` its scheduled work. `notices` are what its provider reports later,
    with an adapter that `mails`. `routes` are served by an HTTP API of its own
    stack, which waits at most 30 seconds for an answer, however long `timeout` is. `endpoints`
    returns the routes' endpoints by name; they have the service's tables and not the log.
    """

    on: tuple[On, ...]
    ordered: bool = False
    batch: int = 10
    concurrency: int = 10
    replayable: bool = False
    adapters: tuple[Adapter, ...] = ()
    effects: Mapping[str, str | None] = field(default_factory=dict)
    projection: Projection | None = None
    chore: Chore | None = None
    notices: Notices | None = None
    routes: "tuple[Route, ...]" = ()
    endpoints: Callable[[Resources], dict[str, Endpoint]] | None = None

    def __post_init__(self) -> None:
        """Check what AWS or the runtime would refuse later.

        Raises:
            ValueError: the message names the field and the allowed values.
        """
        super().__post_init__()
        events = [on.event for on in self.on]
        if not events or len(set(events)) != len(events):
            raise ValueError(
                f"{self.name}: it must subscribe to at least one event type, and to each only once"
            )
        if not 2 <= self.concurrency <= 1000:
            raise ValueError(f"{self.name}: concurrency must be 2 to 1000, not {self.concurrency}")
        if not 1 <= self.batch <= 10:
            raise ValueError(f"{self.name}: batch must be 1 to 10, not {self.batch}")
        self._check_outside()
        self._check_facts()
        if self.notices and not any(adapter.mails for adapter in self.adapters):
            raise ValueError(
                f"{self.name}: notices come from a mail provider: none of its adapters mails"
            )
        if bool(self.routes) != bool(self.endpoints):
            raise ValueError(
                f"{self.name}: routes need `endpoints`, a function that returns their endpoints by"
                " name, and endpoints need routes"
            )
        if self.routes:  # a consumer without routes does not import them at start
            from functions.framework.routes import check_routes

            check_routes(self.name, self.routes)
        rows = {table.name for table in self.tables if table.sort}
        if self.projection and self.projection.table not in rows:
            raise ValueError(
                f"{self.name}: its projection needs a table {self.projection.table!r} with a"
                " sort key in `tables`"
            )

    def _check_outside(self) -> None:
        """Check what concerns its port to the outside."""
        acts = [on for on in self.on if on.outside]
        if bool(acts) != bool(self.adapters):
            raise ValueError(
                f"{self.name}: a reaction with outside=True needs an adapter, and an adapter needs"
                " such a reaction"
            )
        if self.effects and not acts:
            raise ValueError(f"{self.name}: effects are those of a port, and it has no adapter")
        if self.replayable and acts:
            raise ValueError(
                f"{self.name}: replayable=True would repeat what it does outside; leave it out, or"
                " keep rows and facts in one consumer and act outside in another"
            )
        if not all(on.history for on in acts):
            raise ValueError(
                f"{self.name}: a reaction with outside=True needs history=True: the log decides"
                " whether an event is real before anything is done outside"
            )
        adapters = [adapter.name for adapter in self.adapters]
        if len(set(adapters)) != len(adapters):
            raise ValueError(f"{self.name}: two adapters have the same name")
        if self.adapters and self.adapters[0].needs:
            raise ValueError(
                f"{self.name}: its first adapter, {adapters[0]!r}, needs"
                f" {self.adapters[0].needs}, which tests and the local stage do not have: put a"
                " fake before it"
            )

    def _check_facts(self) -> None:
        """Check that it may state what it declares."""
        chore = self.chore.states if self.chore else ()
        notices = self.notices.states if self.notices else ()
        for fact in (*(fact for on in self.on for fact in on.states), *chore, *notices):
            if self.name not in fact.sources:
                raise ValueError(
                    f"{self.name}: it may not state {fact.__name__}, which only"
                    f" {', '.join(fact.sources) or 'nobody'} may; add it to `sources` in"
                    f" {fact.__module__}"
                )

    @cached_property
    def subscribed_types(self) -> tuple[str, ...]:
        """The event types that its queue receives, sorted."""
        return tuple(sorted(on.event.__name__ for on in self.on))

    def adapter(self, name: str | None = None) -> Adapter | None:
        """Return the adapter of that name, or the default one; None if it declares no adapter.

        Raises:
            UnknownAdapter: it declares no adapter of that name.
        """
        chosen = [adapter for adapter in self.adapters if name in (None, adapter.name)]
        if not chosen and name is not None:
            there = ", ".join(adapter.name for adapter in self.adapters) or "none at all"
            raise UnknownAdapter(f"{self.name} has no adapter {name!r}; it has {there}.")
        return chosen[0] if chosen else None

    @property
    @override
    def possible_tables(self) -> tuple[Table, ...]:
        return self.tables + tuple(table for each in self.adapters for table in each.tables)

    def tables_with(self, adapter: Adapter | None) -> tuple[Table, ...]:
        """Return its tables and those of the chosen adapter."""
        return self.tables + (adapter.tables if adapter else ())

    def reaction_to(self, event_type: str) -> On | None:
        """Return the reaction to an event type; None if it does not subscribe to it."""
        return self._reactions.get(event_type)

    @cached_property
    def _reactions(self) -> dict[str, On]:
        return {on.event.__name__: on for on in self.on}


@dataclass(frozen=True, kw_only=True)
class Relay(Service):
    """The service from the log's stream to the topic.

    `publish` publishes messages and returns those that the topic refused, by id, with the reason.
    `batch` is the maximum number of records of an invocation; after `record_age` seconds a record
    that still fails goes to the on-failure queue.
    """

    publish: Callable[[Sequence[Message], Topic], Mapping[str, str]]
    batch: int
    record_age: int
