"""The words in which a service is declared; pure values, no AWS."""

import re
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from events.envelope import Event, Fact
from functions.runtime.http import Endpoint
from functions.runtime.ports import Change, Clock, Log, Message, Tables, Topic

type Access = Literal["get", "put", "list", "change"]
"""What a service does to a table of its own; its role is granted that and no more."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table of a service's own: its name within the service and its partition key."""

    name: str
    key: str
    access: frozenset[Access]


@dataclass(frozen=True, kw_only=True)
class Fill:
    """A fact for a slot, with the changes to own tables that must be written with it.

    `slot` defaults to the contract's first.
    """

    fact: Fact
    slot: str | None = None
    changes: tuple[Change, ...] = ()


type Decision = Fact | Fill | None
type Steps = Generator[Fact | Fill, Event[Any], Decision]
"""A reaction of several steps: each yielded fact is answered with the event that holds its slot."""


@dataclass(frozen=True, kw_only=True)
class On:
    """One reaction: a plain function of the event, the history if asked for, and the outside.

    It returns the fact that it decided, or nothing; or it yields facts to learn who holds the slot.
    `states` are the types with which the reaction can end, and `spared_by` those after which there
    is nothing left to do: what is outstanding follows from them.
    """

    event: type[Fact]
    react: Callable[..., Steps | Decision]
    states: tuple[type[Fact], ...] = ()
    spared_by: tuple[type[Fact], ...] = ()
    history: bool = False
    outside: bool = False


TAKEN = frozenset({"bus", "events", "log", "map", "names", "runtime", "undelivered", "unpublished"})
"""Names that other parts of a stage, or of this folder, have."""

VISIBILITY_FACTOR = 6
"""Queue visibility in function timeouts: AWS's advice for a Lambda event source."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """What every function has: a name, seconds to run, MiB of memory, tables of its own.

    The name is its folder's, its function's and its stack's.
    """

    name: str
    timeout: int = 30
    memory: int = 512
    tables: tuple[Table, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a name that cannot be all of that."""
        if not re.fullmatch(r"[a-z][a-z0-9]{0,30}", self.name) or self.name in TAKEN:
            raise ValueError(
                f"{self.name!r} is no name for a service: small letters and digits, and none of"
                f" {', '.join(sorted(TAKEN))}"
            )


@dataclass(frozen=True, kw_only=True)
class Consumer(Service):
    """A service that hears some event types on its own queue.

    `ordered` takes a FIFO queue, one order's events one at a time. `concurrency` is the most
    workers at once, `batch` the most messages an invocation. `outside` builds the port to the
    outside world. `replayable` says that old events may be sent again: no outside effect.
    """

    on: tuple[On, ...]
    ordered: bool = False
    batch: int = 10
    concurrency: int = 10
    replayable: bool = False
    outside: Callable[[Tables, Clock], object] | None = None

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
        if any(on.outside for on in self.on) and self.outside is None:
            raise ValueError(f"{self.name}: a reaction wants the outside, but none is declared")

    @property
    def hears(self) -> tuple[str, ...]:
        """The event types that its queue receives, sorted."""
        return tuple(sorted(on.event.__name__ for on in self.on))

    @property
    def visibility(self) -> int:
        """Seconds for which a received message stays hidden from other workers."""
        return VISIBILITY_FACTOR * self.timeout

    def reaction_to(self, event_type: str) -> On | None:
        """Return the reaction to an event type, if it is heard."""
        return next((on for on in self.on if on.event.__name__ == event_type), None)


@dataclass(frozen=True, kw_only=True)
class Route:
    """A way in over HTTP: `{id}` in the path is a parameter; `rate` and `burst` throttle it.

    `rate` is requests a second, `burst` requests at once.
    """

    method: Literal["GET", "POST"]
    path: str
    endpoint: str
    rate: int
    burst: int

    @property
    def key(self) -> str:
        """The name that the HTTP API gives it, such as `GET /orders/{id}`."""
        return f"{self.method} {self.path}"


@dataclass(frozen=True, kw_only=True)
class Api(Service):
    """A service that answers requests; `build` makes its endpoints, by the names in `routes`.

    `direct` names the endpoint that a direct invocation with a plain body reaches.
    """

    routes: tuple[Route, ...]
    direct: str
    build: Callable[[Log, Tables, Clock], dict[str, Endpoint]]


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
