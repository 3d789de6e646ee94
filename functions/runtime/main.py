"""From a function's environment to its Lambda handler: the service is found by its name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from typing import Any

from functions.framework.ports import Clock, Log, Resources
from functions.framework.service import Adapter, Api, Consumer, Relay, Service, Table
from functions.runtime import settings
from functions.runtime.aws.client import client_factory
from functions.runtime.aws.log import DynamoLog
from functions.runtime.aws.tables import DynamoRecords, DynamoRows, TableName
from functions.runtime.clock import utc_now
from functions.runtime.handlers.observer import LogObserver, Observer, failure
from functions.runtime.settings import Settings, table_variable

type Handler = Callable[[dict[str, Any], Any], Any]
type Clients = Callable[[str], Any]


class Failed(Exception):
    """A call of a function failed, and is to be made again; the message may be logged."""


def build(
    environ: Mapping[str, str],
    *,
    clock: Clock = utc_now,
    observer: Observer | None = None,
    clients: Clients | None = None,
) -> Handler:
    """Return the Lambda handler of the service that `environ` names; it fails discreetly.

    `clients` gives AWS clients by their services' names, where they are not its own.

    Raises:
        MissingSetting: `environ` lacks a variable that this kind of service needs.
    """
    env = Settings(environ)
    service = find(env[settings.SERVICE])
    watch = observer or LogObserver(service.name)
    return _discreet(_build(service, env, clients or client_factory(), clock, watch))


def _discreet(handler: Handler) -> Handler:
    """Return a handler whose errors say no more than may be logged: Lambda logs what it raises."""

    def handle(event: dict[str, Any], context: Any) -> Any:
        try:
            return handler(event, context)
        except Exception as error:  # noqa: BLE001  whatever it is, it is made again
            raise Failed(" ".join(failure(error).values())) from None

    return handle


def _build(
    service: Service, env: Settings, client: Clients, clock: Clock, watch: Observer
) -> Handler:
    match service:
        case Consumer():
            return _consumer(service, env, client, clock, watch)
        case Api():
            from functions.runtime.handlers.api import api_handler

            resources, log = _reach(service.tables, env, client, clock)
            endpoints = service.build(log, resources)
            return api_handler(service, endpoints, watch, resources.issuer)
        case Relay():
            from functions.runtime.aws.queue import SqsQueue
            from functions.runtime.aws.topic import SnsTopic
            from functions.runtime.handlers.relay import relay_handler

            topic = SnsTopic(client("sns"), env[settings.TOPIC])
            unpublished = SqsQueue(client("sqs"), env[settings.UNPUBLISHED])
            return relay_handler(service, topic, unpublished, watch, clock)
    raise TypeError(f"{service!r} is no kind of service that can run")


def find(name: str) -> Service:
    """Return the declaration of a service: `SERVICE` in `functions.<name>.service`."""
    service = import_module(f"functions.{name}.service").SERVICE
    if not isinstance(service, Service):
        raise TypeError(f"functions.{name}.service.SERVICE is {service!r}, not a Service")
    return service


def _consumer(
    consumer: Consumer, env: Settings, client: Clients, clock: Clock, observer: Observer
) -> Handler:
    from functions.runtime.aws.queue import SqsQueue
    from functions.runtime.handlers.consumer import consumer_handler
    from functions.runtime.handlers.reactor import Reactor

    adapter = consumer.adapter(env.get(settings.ADAPTER))
    resources, log = _reach(consumer.tables_with(adapter), env, client, clock)
    if adapter:
        resources = replace(resources, **_outside(adapter, env, client))
    reactor = Reactor(
        consumer=consumer,
        log=log,
        clock=clock,
        rows=resources.rows,
        outside=adapter.build(resources) if adapter else None,
    )
    handler = consumer_handler(reactor, SqsQueue(client("sqs"), env[settings.QUEUE]), observer)
    if consumer.chore is None:
        return handler
    from functions.runtime.handlers.schedule import with_chore

    return with_chore(handler, consumer.chore, log, resources, observer, consumer.name)


def _reach(
    tables: Sequence[Table], env: Settings, client: Clients, clock: Clock
) -> tuple[Resources, Log]:
    """Return what the service's code is given, and the log, with the tables that it changes."""
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


def _outside(adapter: Adapter, env: Settings, client: Clients) -> dict[str, Any]:
    """Return the means that an adapter asks for, each imported only then."""
    means: dict[str, Any] = {}
    if adapter.mails:
        from functions.runtime.aws.mailbox import SesMailbox

        means["mailbox"] = SesMailbox(client("sesv2"), env[settings.SENDER])
    if adapter.secret:
        from functions.runtime.aws.secrets import StoredSecret

        means["secret"] = StoredSecret(client, env[settings.SECRET])
    return means
