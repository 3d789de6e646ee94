"""Declarations of services: consumers, APIs and the relay, with their tables and adapters."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, override

from events.history import History
from functions.framework.chore import Chore
from functions.framework.http import Endpoint
from functions.framework.outcomes import Outcome
from functions.framework.ports import Log, Message, Resources, Row, Topic
from functions.framework.reaction import On

if TYPE_CHECKING:  # consumers do not need it at start
    from functions.framework.routes import Route

type Access = Literal["get", "put", "list", "change", "page", "remove", "listed"]
"""Access to a table: the role of the service is granted these and no other actions."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table of a service: its name within the service and its partition key.

    A table with a `sort` key holds rows. `index` is an attribute: rows that have it are listed by
    its value, in the order of their sort keys. `owner` names the service that owns the table, if it
    is another one; this service then only reads it. With `callers` the access exists only on a
    stage with an OIDC issuer, where callers have tokens.
    """

    name: str
    key: str
    access: frozenset[Access]
    sort: str | None = None
    index: str | None = None
    owner: str | None = None
    callers: bool = False


class UnknownAdapter(ValueError):
    """A stage chose an adapter that the consumer does not declare."""


TAKEN = frozenset(
    {"bus", "events", "framework", "log", "map", "names", "runtime", "undelivered", "unpublished"}
)
"""Names that other parts of a stage, or folders in `functions`, have."""

NAME = r"[a-z][a-z0-9]{0,30}"
"""The pattern of a service's name."""

VISIBILITY_FACTOR = 6
"""Visibility timeout of a queue in function timeouts, as AWS advises for a Lambda event source.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
"""


@dataclass(frozen=True, kw_only=True)
class Adapter:
    """An implementation of a consumer's port to the outside; a stage chooses one by its name.

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


@dataclass(frozen=True, kw_only=True)
class Projection:
    """A read model with one row per order, which can be rebuilt from the log.

    `fold` returns the row of a history, or None if it has none. It may depend only on event types
    that the consumer subscribes to, so that the last writer always writes the same row.
    """

    table: str
    fold: Callable[[History], Row | None]


@dataclass(frozen=True, kw_only=True)
class Service:
    """A service: its name, its function's timeout (seconds) and memory (MiB), its own tables.

    The folder, the function and the stack have the same name. Each outcome in `alarms` raises an
    alarm when it is counted once.
    """

    name: str
    timeout: int = 30
    memory: int = 512
    tables: tuple[Table, ...] = ()
    alarms: tuple[Outcome, ...] = ()

    def __post_init__(self) -> None:
        """Check the name.

        Raises:
            ValueError: it is not a valid name, or it is reserved.
        """
        if not re.fullmatch(NAME, self.name) or self.name in TAKEN:
            raise ValueError(
                f"{self.name!r} is not a valid service name: use small letters and digits, and none"
                f" of the reserved names {', '.join(sorted(TAKEN))}"
            )

    @property
    def possible_tables(self) -> tuple[Table, ...]:
        """The tables that it may have, whichever adapter is chosen."""
        return self.tables


@dataclass(frozen=True, kw_only=True)
class Consumer(Service):
    """A service that subscribes to event types on a queue of its own.

    `ordered` makes it a FIFO queue: one order's events are handled one at a time. `concurrency` is
    the maximum number of workers, `batch` the maximum number of messages of an invocation.
    `adapters` implement its port to the outside, the default first. `replayable` allows to send old
    events again, which requires that its reactions have no outside effect. `projection` is the read
    model that it keeps, `chore` its scheduled work.
    """

    on: tuple[On, ...]
    ordered: bool = False
    batch: int = 10
    concurrency: int = 10
    replayable: bool = False
    adapters: tuple[Adapter, ...] = ()
    projection: Projection | None = None
    chore: Chore | None = None

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
        if any(on.outside for on in self.on) != bool(self.adapters):
            raise ValueError(
                f"{self.name}: a reaction with outside=True needs an adapter, and an adapter needs"
                " such a reaction"
            )
        adapters = [adapter.name for adapter in self.adapters]
        if len(set(adapters)) != len(adapters):
            raise ValueError(f"{self.name}: two adapters have the same name")

    @cached_property
    def subscribed_types(self) -> tuple[str, ...]:
        """The event types that its queue receives, sorted."""
        return tuple(sorted(on.event.__name__ for on in self.on))

    @property
    def visibility(self) -> int:
        """The visibility timeout of its queue, in seconds."""
        return VISIBILITY_FACTOR * self.timeout

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
class Api(Service):
    """A service that answers HTTP requests.

    `build` returns its endpoints by the names that `routes` use. `direct` names the endpoint of a
    direct invocation with a plain body.
    """

    routes: "tuple[Route, ...]"
    direct: str
    build: Callable[[Log, Resources], dict[str, Endpoint]]


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
