"""The words in which a service is declared; pure values, no AWS."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, override

from events.envelope import Event, Fact
from events.history import History
from functions.framework.http import Endpoint
from functions.framework.outcomes import Outcome
from functions.framework.ports import Log, Message, Resources, Row, Topic
from functions.framework.reaction import On

if TYPE_CHECKING:  # consumers start without
    from functions.framework.routes import Route

type Access = Literal["get", "put", "list", "change", "page", "remove", "listed"]
"""What a service does to a table; its role is granted that and no more."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table of a service's own: its name within the service and its partition key.

    With a `sort` key it holds rows. `index` is an attribute; rows that have it are listed under its
    value, by their sort key. A table of another `owner` is that service's, and only looked at here.
    One for `callers` is looked at for those with a token alone: on a stage without an issuer the
    service may not.
    """

    name: str
    key: str
    access: frozenset[Access]
    sort: str | None = None
    index: str | None = None
    owner: str | None = None
    callers: bool = False


class UnknownAdapter(ValueError):
    """A stage chose an adapter that the consumer does not have."""


TAKEN = frozenset(
    {"bus", "events", "framework", "log", "map", "names", "runtime", "undelivered", "unpublished"}
)
"""Names that other parts of a stage, or of this folder, have."""

NAME = r"[a-z][a-z0-9]{0,30}"
"""What a service may be called."""

VISIBILITY_FACTOR = 6
"""Queue visibility in function timeouts: AWS's advice for a Lambda event source."""


@dataclass(frozen=True, kw_only=True)
class Adapter:
    """One way from a consumer's port to the outside; the stage chooses one by its name.

    `build` makes it. `tables` are there if it is chosen. With `secret` the function may read the
    secret of that service, with `mails` it may send from the stage's sender, and `library` names
    the requirements that become a layer of its own.
    """

    name: str
    build: Callable[[Resources], object]
    tables: tuple[Table, ...] = ()
    secret: bool = False
    mails: bool = False
    library: str | None = None


TICK = {"fanfare": "tick"}
"""What the schedule of a chore sends to the function; anything else is a batch of its queue."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a chore did: an outcome for the log line and the metric, and what it is about."""

    outcome: str
    order: str | None = None
    stated: tuple[Event[Any], ...] = ()
    detail: str | None = None


@dataclass(frozen=True, kw_only=True)
class Chore:
    """What a consumer does by the clock, `every` so many minutes.

    `run` is given the log and the consumer's resources, and yields a report of each thing it did.
    It may be run twice at once, or be killed at any line and run again. `reads` and `states` are
    what it does to the log.
    """

    every: int
    run: Callable[[Log, Resources], Iterable[Report]]
    reads: bool = False
    states: tuple[type[Fact], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Projection:
    """A read model with one row for a subject, which can be rebuilt from the log.

    `fold` returns the row that a history makes, or nothing if it makes none. It depends on facts
    that the consumer hears and on no others, so that who writes last writes the same.
    """

    table: str
    fold: Callable[[History], Row | None]


@dataclass(frozen=True, kw_only=True)
class Service:
    """What every function has: a name, seconds to run, MiB of memory, tables of its own.

    The name is its folder's, its function's and its stack's. `alarms` are metrics of which a single
    count must wake somebody.
    """

    name: str
    timeout: int = 30
    memory: int = 512
    tables: tuple[Table, ...] = ()
    alarms: tuple[Outcome, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a name that cannot be all of that."""
        if not re.fullmatch(NAME, self.name) or self.name in TAKEN:
            raise ValueError(
                f"{self.name!r} is no name for a service: small letters and digits, and none of"
                f" {', '.join(sorted(TAKEN))}"
            )

    @property
    def possible_tables(self) -> tuple[Table, ...]:
        """The tables that it may have, whichever adapter is chosen."""
        return self.tables


@dataclass(frozen=True, kw_only=True)
class Consumer(Service):
    """A service that hears some event types on its own queue.

    `ordered` takes a FIFO queue, one order's events one at a time. `concurrency` is the most
    workers at once, `batch` the most messages an invocation. `adapters` are the ways to the outside
    world, the usual one first. `replayable` says that old events may be sent again: no outside
    effect. `projection` is the read model that it keeps, `chore` what it does by the clock.
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
        """Refuse a declaration that AWS or the runtime would stumble over."""
        super().__post_init__()
        heard = [on.event for on in self.on]
        if not heard or len(set(heard)) != len(heard):
            raise ValueError(f"{self.name}: it must hear each event type once, and at least one")
        if not 2 <= self.concurrency <= 1000:
            raise ValueError(f"{self.name}: concurrency must be 2 to 1000, not {self.concurrency}")
        if not 1 <= self.batch <= 10:
            raise ValueError(f"{self.name}: batch must be 1 to 10, not {self.batch}")
        if any(on.outside for on in self.on) != bool(self.adapters):
            raise ValueError(
                f"{self.name}: a reaction wants the outside and no adapter is declared, or the"
                " other way round"
            )
        adapters = [adapter.name for adapter in self.adapters]
        if len(set(adapters)) != len(adapters):
            raise ValueError(f"{self.name}: each adapter needs a name of its own")

    @cached_property
    def subscribed_types(self) -> tuple[str, ...]:
        """The event types that its queue receives, sorted."""
        return tuple(sorted(on.event.__name__ for on in self.on))

    @property
    def visibility(self) -> int:
        """Seconds for which a received message stays hidden from other workers."""
        return VISIBILITY_FACTOR * self.timeout

    def adapter(self, name: str | None = None) -> Adapter | None:
        """Return the adapter of that name, the usual one for no name, or nothing if it has none.

        Raises:
            UnknownAdapter: the consumer has none of that name.
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
        """Return all its tables when that adapter is chosen."""
        return self.tables + (adapter.tables if adapter else ())

    def reaction_to(self, event_type: str) -> On | None:
        """Return the reaction to an event type, if it is heard."""
        return self._reactions.get(event_type)

    @cached_property
    def _reactions(self) -> dict[str, On]:
        return {on.event.__name__: on for on in self.on}


@dataclass(frozen=True, kw_only=True)
class Api(Service):
    """A service that answers requests; `build` makes its endpoints, by the names in `routes`.

    `direct` names the endpoint that a direct invocation with a plain body reaches.
    """

    routes: "tuple[Route, ...]"
    direct: str
    build: Callable[[Log, Resources], dict[str, Endpoint]]


@dataclass(frozen=True, kw_only=True)
class Relay(Service):
    """The service from the log's stream to the topic.

    `publish` sends events and returns those that the topic did not take: ids, each with the reason.
    `batch` is the most records an invocation; `record_age` the seconds after which a record that
    still fails goes to the on-failure queue.
    """

    publish: Callable[[Sequence[Message], Topic], Mapping[str, str]]
    batch: int
    record_age: int
