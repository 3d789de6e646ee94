"""From a function's environment to its Lambda handler: the service is found by its name."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from functions.runtime import settings
from functions.runtime.aws import client_factory
from functions.runtime.clock import utc_now
from functions.runtime.dynamo import DynamoLog, DynamoRecords, TableName
from functions.runtime.observe import LogObserver, Observer
from functions.runtime.ports import Clock, Log, Records, Tables
from functions.runtime.service import Api, Consumer, Relay, Service
from functions.runtime.settings import Settings, table_variable

type Handler = Callable[[dict[str, Any], Any], Any]


def build(
    environ: Mapping[str, str],
    *,
    clock: Clock = utc_now,
    observer: Observer | None = None,
) -> Handler:
    """Return the Lambda handler of the service that `environ` names.

    Raises:
        MissingSetting: `environ` lacks a variable that this kind of service needs.
    """
    env = Settings(environ)
    service = find(env[settings.SERVICE])
    client = client_factory()
    watch = observer or LogObserver(service.name)
    match service:
        case Consumer():
            from functions.runtime import consume
            from functions.runtime.queue import SqsQueue
            from functions.runtime.react import Reactor

            log, tables = _state(service, env, client("dynamodb"))
            outside = service.outside(tables, clock) if service.outside else None
            reactor = Reactor(consumer=service, log=log, clock=clock, outside=outside)
            queue = SqsQueue(client("sqs"), env[settings.QUEUE])
            return consume.handler(reactor, queue, watch)
        case Api():
            from functions.runtime import edge

            log, tables = _state(service, env, client("dynamodb"))
            return edge.handler(service, service.build(log, tables, clock), watch)
        case Relay():
            from functions.runtime import stream
            from functions.runtime.queue import SqsQueue
            from functions.runtime.topic import SnsTopic

            topic = SnsTopic(client("sns"), env[settings.TOPIC])
            unpublished = SqsQueue(client("sqs"), env[settings.UNPUBLISHED])
            return stream.handler(service, topic, unpublished, watch, clock)
    raise TypeError(f"{service!r} is no kind of service that can run")


def find(name: str) -> Service:
    """Return the declaration of a service: `SERVICE` in `functions.<name>.service`."""
    service = import_module(f"functions.{name}.service").SERVICE
    if not isinstance(service, Service):
        raise TypeError(f"functions.{name}.service.SERVICE is {service!r}, not a Service")
    return service


def _state(service: Service, env: Settings, client: Any) -> tuple[Log, Tables]:
    own = {
        table.name: TableName(name=env[table_variable(table.name)], key=table.key)
        for table in service.tables
    }

    def records(name: str) -> Records:
        return DynamoRecords(client, own[name])

    return DynamoLog(client, env[settings.LOG], own), records
