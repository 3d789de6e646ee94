"""Composition: from a function's environment, or from given ports, to its Lambda handler."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from time import monotonic
from typing import TYPE_CHECKING, Any

from functions.framework.api import Api
from functions.framework.ports import Clock, Log, Resources, Topic
from functions.framework.service import Adapter, Consumer, Relay, Service, package_of
from functions.framework.table import Table
from functions.runtime import settings
from functions.runtime.clock import utc_now
from functions.runtime.handlers.observer import LogObserver, Observer, failure
from functions.runtime.settings import Settings, table_variable

if TYPE_CHECKING:
    from functions.runtime.handlers.consumer import ConsumerQueue
    from functions.runtime.handlers.reactor import Reactor
    from functions.runtime.handlers.relay import UnpublishedQueue

type Handler = Callable[[dict[str, Any], Any], Any]
type Clients = Callable[[str], Any]


class InvocationFailed(Exception):
    """An invocation failed and is to be retried; the message is safe to log, its `error` is not."""

    def __init__(self, message: str, error: Exception) -> None:
        super().__init__(message)
        self.error = error


class _Absent:
    """The place of a port that was not given."""

    def __getattr__(self, attribute: str) -> Any:
        raise LookupError(f"a port that the service needs was not given: {attribute} was called")


_ABSENT: Any = _Absent()


@dataclass(frozen=True, kw_only=True)
class Dependencies:
    """The ports that a handler is composed of; each kind of service uses some of them.

    Consumers and APIs use `log` and `resources`. A consumer also has its `queue` and, if it has
    adapters, `outside`: the port that the chosen adapter built. `make_reactor` replaces its
    reactor. The relay uses `topic` and `unpublished`. `monotonic` returns seconds.
    """

    observer: Observer
    clock: Clock = utc_now
    log: Log = _ABSENT
    resources: Resources = _ABSENT
    outside: object = None
    queue: "ConsumerQueue" = _ABSENT
    topic: Topic = _ABSENT
    unpublished: "UnpublishedQueue" = _ABSENT
    monotonic: Callable[[], float] = monotonic
    make_reactor: "Callable[..., Reactor] | None" = None


def compose(service: Service, given: Dependencies) -> Handler:
    """Return the Lambda handler of a service on the given ports.

    What the handler raises is safe to log: an `InvocationFailed`, with the class and place of its
    cause.
    """
    return _safe_to_log(_compose(service, given))


def compose_reactor(consumer: Consumer, given: Dependencies) -> "Reactor":
    """Return what runs the reactions of a consumer on the given ports."""
    from functions.runtime.handlers.reactor import Reactor

    return (given.make_reactor or Reactor)(
        consumer=consumer,
        log=given.log,
        clock=given.clock,
        rows=given.resources.rows,
        outside=given.outside,
    )


def build(
    environ: Mapping[str, str],
    *,
    clock: Clock = utc_now,
    observer: Observer | None = None,
    clients: Clients | None = None,
) -> Handler:
    """Return the Lambda handler of the service that `environ` names, on AWS.

    `clients` returns the AWS client of a service such as `dynamodb`; without it, clients are made.

    Raises:
        MissingSetting: `environ` lacks a variable that this kind of service needs.
    """
    env = Settings(environ)
    service = find(env[settings.SERVICE], env.get(settings.PACKAGE))
    if clients is None:
        from functions.runtime.aws.client import client_factory

        clients = client_factory()
    observer = observer or LogObserver(service.name)
    return compose(service, on_aws(service, env, clients, clock, observer))


def find(name: str, package: str | None = None) -> Service:
    """Return the declaration of a service: `SERVICE` in the module `service` of its code.

    `package` is the code's package if it is not `functions.<name>`.

    Raises:
        TypeError: `SERVICE` is not the declaration of that service.
    """
    where = f"{package_of(name, package)}.service"
    service = import_module(where).SERVICE
    if not isinstance(service, Service):
        raise TypeError(f"{where}.SERVICE is {service!r}, not a Service")
    if service.name != name:
        raise TypeError(f"{where}.SERVICE is named {service.name}, not {name}")
    return service


def _compose(service: Service, given: Dependencies) -> Handler:
    match service:
        case Consumer():
            from functions.runtime.handlers.consumer import consumer_handler

            reactor = compose_reactor(service, given)
            handler = consumer_handler(reactor, given.queue, given.observer, given.monotonic)
            if service.chore:
                from functions.runtime.handlers.schedule import with_chore

                handler = with_chore(
                    handler, service.chore, given.log, given.resources, given.observer, service.name
                )
            if service.notices:
                from functions.runtime.handlers.notices import with_notices

                handler = with_notices(
                    handler,
                    service.notices,
                    given.log,
                    given.resources,
                    given.observer,
                    service.name,
                )
            if service.endpoints:
                from functions.runtime.handlers.api import api_handler, with_routes

                endpoints = service.endpoints(_reporting(given))
                answer = api_handler(service, endpoints, given.observer, given.resources.issuer)
                handler = with_routes(handler, answer)
            return handler
        case Api():
            from functions.runtime.handlers.api import api_handler

            endpoints = service.build(given.log, _reporting(given))
            return api_handler(service, endpoints, given.observer, given.resources.issuer)
        case Relay():
            from functions.runtime.handlers.relay import relay_handler

            return relay_handler(
                service, given.topic, given.unpublished, given.observer, given.clock
            )
    raise TypeError(f"{service!r} is not a kind of service that can run")


def _reporting(given: Dependencies) -> Resources:
    """Return the resources of endpoints: what they report goes to the observer."""
    return replace(given.resources, monotonic=given.monotonic, report=given.observer.record)


def _safe_to_log(handler: Handler) -> Handler:
    """Return a handler whose errors quote no payload, since Lambda logs what it raises."""

    def handle(event: dict[str, Any], context: Any) -> Any:
        try:
            return handler(event, context)
        except Exception as error:  # noqa: BLE001  every error is retried, whatever it is
            raise InvocationFailed(" ".join(failure(error).values()), error) from None

    return handle


def on_aws(
    service: Service, env: Settings, client: Clients, clock: Clock, observer: Observer
) -> Dependencies:
    """Return the ports of a service on AWS; modules are imported for the kinds that need them.

    Raises:
        MissingSetting: `env` lacks a variable that this kind of service needs.
    """
    match service:
        case Consumer():
            from functions.runtime.aws.queue import SqsQueue

            adapter = service.adapter(env.get(settings.ADAPTER))
            resources, log = _tables(service.tables_with(adapter), env, client, clock)
            if adapter:
                given = _adapter_resources(adapter, env, client)
                report = partial(observer.record, consumer=service.name)
                resources = replace(resources, report=report, **given)
            return Dependencies(
                observer=observer,
                clock=clock,
                log=log,
                resources=resources,
                outside=adapter.build(resources) if adapter else None,
                queue=SqsQueue(client("sqs"), env[settings.QUEUE]),
            )
        case Relay():
            from functions.runtime.aws.queue import SqsQueue
            from functions.runtime.aws.topic import SnsTopic

            return Dependencies(
                observer=observer,
                clock=clock,
                topic=SnsTopic(client("sns"), env[settings.TOPIC]),
                unpublished=SqsQueue(client("sqs"), env[settings.UNPUBLISHED]),
            )
    resources, log = _tables(service.tables, env, client, clock)
    return Dependencies(observer=observer, clock=clock, log=log, resources=resources)


def _tables(
    tables: Sequence[Table], env: Settings, client: Clients, clock: Clock
) -> tuple[Resources, Log]:
    """Return a service's own tables, and the log with the tables that its changes may name."""
    from functions.runtime.aws.log import DynamoLog
    from functions.runtime.aws.tables import DynamoRecords, DynamoRows, TableName

    dynamodb = client("dynamodb")
    known = {
        table.name: TableName(
            name=env[table_variable(table.name)],
            key=table.key,
            sort=table.sort or "",
            index=table.index or "",
        )
        for table in tables
    }
    resources = Resources(
        tables=lambda name: DynamoRecords(dynamodb, known[name]),
        rows=lambda name: DynamoRows(dynamodb, known[name]),
        clock=clock,
        issuer=env.get(settings.ISSUER),
    )
    return resources, DynamoLog(dynamodb, env[settings.LOG], known)


def _adapter_resources(adapter: Adapter, env: Settings, client: Clients) -> dict[str, Any]:
    """Return the mailbox or the secret that an adapter declares."""
    given: dict[str, Any] = {}
    if adapter.mails:
        from functions.runtime.aws.mailbox import SesMailbox

        given["mailbox"] = SesMailbox(
            client("sesv2"), env[settings.SENDER], env.get(settings.MAIL_SET)
        )
    if adapter.secret:
        from functions.runtime.aws.secrets import StoredSecret

        given["secret"] = StoredSecret(client, env[settings.SECRET])
    return given
