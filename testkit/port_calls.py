"""The calls of services' ports: some fail on request, and those outside are recorded."""

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from functools import partial
from inspect import isroutine, signature
from typing import Any, NamedTuple

from functions.framework.ports import Log, Mail, Mailbox, Records, Resources, Rows, Topic
from functions.framework.service import Adapter, Consumer, Service
from functions.runtime.main import Dependencies
from functions.runtime.memory.access import CHANGE, AccessDenied, why_denied

PORTS: dict[str, type] = {
    "log": Log,
    "tables": Records,
    "rows": Rows,
    "mailbox": Mailbox,
    "topic": Topic,
}
"""The ports that the runtime implements; `outside` is the port that an adapter implements."""

OUTSIDE = "outside"
CALLED = "__call__"


class Call(NamedTuple):
    """A call of a consumer's port to the outside: the method, and its arguments by name."""

    method: str
    arguments: dict[str, Any]


@dataclass
class Failure:
    """Calls of a service that are to fail; `left` of `times` have not come yet."""

    service: str
    call: str
    error: Exception
    times: int
    left: int
    answer_lost: bool

    def __str__(self) -> str:
        """Return the sentence that reports calls that did not come."""
        if self.times == 1:
            return f"the next {self.call} of {self.service} was to fail, and none came"
        return (
            f"the next {self.times} calls of {self.call} of {self.service} were to fail, and"
            f" {self.times - self.left} came"
        )


class PortCalls:
    """Watches the ports of the services of one story."""

    def __init__(self) -> None:
        self.outsides: dict[str, object] = {}
        """The port that the chosen adapter built, by consumer."""

        self.outside_calls: defaultdict[str, list[Call]] = defaultdict(list)
        self.mails: list[Mail] = []
        """The mails that a mailbox accepted."""

        self.denied: list[str] = []
        """Sentences about calls of tables that the services' declarations do not grant."""

        self._failures: list[Failure] = []

    def watched(self, service: Service) -> Service:
        """Return the service with adapters whose ports are watched."""
        if not isinstance(service, Consumer):
            return service
        adapters = tuple(
            replace(adapter, build=partial(self._build, service, adapter))
            for adapter in service.adapters
        )
        return replace(service, adapters=adapters)

    def wrap(self, service: Service, given: Dependencies) -> Dependencies:
        """Return the ports of a service, watched."""
        return replace(
            given,
            log=_WatchedPort(given.log, partial(self._log_call, service)),
            topic=self._port(service.name, "topic", given.topic),
            resources=self._resources(service, given.resources),
        )

    def fail(self, failure: Failure) -> None:
        """Let the next calls fail.

        Raises:
            LookupError: the service has no such port, or the port no such method.
        """
        port, _, method = failure.call.partition(".")
        if port == OUTSIDE and failure.service not in self.outsides:
            raise LookupError(f"{failure.service} has no adapter, so it calls nothing outside")
        holder = self.outsides[failure.service] if port == OUTSIDE else PORTS.get(port)
        if holder is None:
            ports = ", ".join((*PORTS, OUTSIDE))
            raise LookupError(f"no port {port!r}; a call is PORT.METHOD, with a port of: {ports}")
        known = [name for name in dir(holder) if name[0] != "_" and callable(getattr(holder, name))]
        if isroutine(holder):  # an adapter may build a function
            known = [""]
        if method not in known:
            calls = ", ".join(f"{port}.{name}".rstrip(".") for name in known)
            raise LookupError(f"{port} has no method {method!r}; its calls are: {calls}")
        self._failures.append(failure)

    def unmet(self, paused: Collection[str] = ()) -> list[Failure]:
        """Return the failures whose calls did not come, but those of paused consumers."""
        return [each for each in self._failures if each.left and each.service not in paused]

    def _build(self, consumer: Consumer, adapter: Adapter, resources: Resources) -> object:
        built = adapter.build(self._resources(consumer, resources))
        self.outsides[consumer.name] = built.port if isinstance(built, _WatchedPort) else built
        return self._port(consumer.name, OUTSIDE, built)

    def _resources(self, service: Service, given: Any) -> Any:
        if not isinstance(given, Resources):  # the relay has none
            return given
        mailbox = given.mailbox and self._port(service.name, "mailbox", given.mailbox)
        return replace(
            given,
            tables=lambda name: self._table(service, name, "tables", given.tables(name)),
            rows=lambda name: self._table(service, name, "rows", given.rows(name)),
            mailbox=mailbox,
        )

    def _table(self, service: Service, table: str, port: str, own: Any) -> Any:
        def call(method: str, *args: Any, **by_name: Any) -> Any:
            self._check_access(service, table, f"{port}.{method}")
            return self._call(service.name, port, method, *args, **by_name)

        return _WatchedPort(own, call)

    def _log_call(self, service: Service, method: str, *args: Any, **by_name: Any) -> Any:
        changes = args[2] if len(args) > 2 else by_name.get("changes", ())
        for change in changes:
            self._check_access(service, change.table, CHANGE)
        return self._call(service.name, "log", method, *args, **by_name)

    def _check_access(self, service: Service, table: str, call: str) -> None:
        denied = why_denied(service, table, call)
        if denied:
            self.denied.append(denied)
            raise AccessDenied(denied)

    def _port(self, service: str, name: str, port: Any) -> Any:
        return _WatchedPort(port, partial(self._call, service, name))

    def _call(
        self,
        service: str,
        port: str,
        method: str,
        function: Callable[..., Any],
        *args: Any,
        **by_name: Any,
    ) -> Any:
        if port == OUTSIDE:
            given = signature(function).bind(*args, **by_name)
            self.outside_calls[service].append(Call(method, dict(given.arguments)))
        if (port, method) == ("mailbox", "send"):
            function = partial(self._send, function)
        failure = self._due(service, port if method == CALLED else f"{port}.{method}")
        if failure is None:
            return function(*args, **by_name)
        failure.left -= 1
        if failure.answer_lost:
            function(*args, **by_name)
        raise failure.error

    def _send(self, send: Callable[[Mail], str], mail: Mail) -> str:
        number = send(mail)
        self.mails.append(mail)
        return number

    def _due(self, service: str, call: str) -> Failure | None:
        due = (e for e in self._failures if e.left and (e.service, e.call) == (service, call))
        return next(due, None)


class _WatchedPort:
    """A port each of whose methods is passed, with its name, to `call`."""

    def __init__(self, port: Any, call: Callable[..., Any]) -> None:
        self.port = port
        self._call = call

    def __call__(self, *args: Any, **by_name: Any) -> Any:
        return self._call(CALLED, self.port, *args, **by_name)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.port, name)
        return partial(self._call, name, found) if callable(found) else found
