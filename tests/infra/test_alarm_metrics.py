"""Each alarm's metric is emitted: by a run of our own handlers, or by AWS of the stack's resource.

An alarm on a metric that nothing emits is silent for ever: missing data does not breach it.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any, NamedTuple, override
from unittest.mock import patch

import pytest

from events.envelope import Event
from functions.checkout.catalogue import CATALOGUE, OLD_AFTER
from functions.framework.chore import TICK
from functions.framework.outcomes import METRICS, TRIES, Outcome
from functions.framework.ports import MailRejected, Record
from functions.framework.service import Consumer, Service
from functions.map import SERVICES
from functions.orders.check import STALLED_AFTER
from functions.orders.service import SERVICE as ORDERS
from functions.runtime.handlers.observer import LogObserver
from functions.runtime.handlers.reactor import Handled, Reactor
from functions.runtime.main import Dependencies, InvocationFailed
from functions.runtime.memory.application import Application
from functions.runtime.memory.lambda_events import batch, stream_record
from functions.runtime.memory.mailbox import MemoryMailbox
from functions.runtime.memory.tables import MemoryRecords
from testkit.builders import ORDER, Clock, message, placed
from tests.fuzz.events import sample_events
from tests.infra.conftest import LISTENER
from tests.support.assembly import Assembly
from tests.support.example_loyalty import EXAMPLE

KNOWN = {each.name: each for each in (*SERVICES, LISTENER, EXAMPLE)}
"""The services of the stages here."""


class Metric(NamedTuple):
    """A metric as CloudWatch identifies it: all its dimensions count."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]


# -- what we emit ----------------------------------------------------------------------------------


class FailingReactor(Reactor):
    """Fails on every event."""

    @override
    def handle(self, event: Event[Any]) -> Handled:
        raise RuntimeError("the reaction fails")


class Emitting(Application):
    """One service in memory, with the observer that writes metrics to the function's log."""

    clock: Clock

    def __init__(
        self, service: Service, adapters: Mapping[str, str] | None = None, **ports: Any
    ) -> None:
        self.service = service
        chosen = adapters or {}

        def wrap(each: Service, given: Dependencies) -> Dependencies:
            observer = LogObserver(each.name)
            resources = replace(given.resources, report=observer.record)
            found = isinstance(each, Consumer) and each.adapter(chosen.get(each.name))
            outside = found.build(resources) if found else None
            return replace(given, observer=observer, resources=resources, outside=outside, **ports)

        super().__init__([service], clock=Clock(), adapters=chosen, wrap=wrap)

    def run(self, event: Any) -> None:
        """Invoke the service; an error was counted before it is raised."""
        try:
            self.invoke(self.service.name, event)
        except InvocationFailed:
            return


def subscribed(service: Service) -> list[Event[Any]]:
    assert isinstance(service, Consumer)
    return [sample_events(ORDER, each)[-1] for each in service.subscribed_types]


def forged(application: Emitting) -> None:
    """Messages of all types that it subscribes to, of an order that the log does not have."""
    application.run(batch(*map(message, subscribed(application.service))))


def fails_again(application: Emitting) -> None:
    failing = Emitting(application.service, make_reactor=FailingReactor)
    failing.run(batch(*map(message, subscribed(application.service))))


def stalls(application: Emitting) -> None:
    application.append(placed())
    application.settle()
    application.clock.advance(seconds=STALLED_AFTER.total_seconds() + 3600)
    application.run(dict(TICK))


def is_tampered_with(application: Emitting) -> None:
    application.run(batch(stream_record(placed(), number="1", change="REMOVE")))


def has_an_odd_row(application: Emitting) -> None:
    application.tables("checkout", CATALOGUE)._items["X"] = Record(key="X", values={}, version=1)
    application.request("checkout", "GET /products")


def has_an_old_catalogue(application: Emitting) -> None:
    application.request("checkout", "GET /products")
    application.clock.advance(seconds=OLD_AFTER)
    with patch.object(MemoryRecords, "all", side_effect=RuntimeError):
        application.request("checkout", "GET /products")


def has_a_mail_refused(application: Emitting) -> None:
    mailing = Emitting(application.service, adapters={application.service.name: "ses"})
    with patch.object(MemoryMailbox, "send", side_effect=MailRejected("MessageRejected")):
        mailing.append(placed())
        mailing.settle()


EMITTED_WHEN: Mapping[str, Callable[[Emitting], None]] = {
    Outcome.FORGED.metric: forged,
    TRIES: fails_again,
    Outcome.STALLED.metric: stalls,
    Outcome.TAMPERED.metric: is_tampered_with,
    Outcome.UNREADABLE_ROW.metric: has_an_odd_row,
    Outcome.STALE.metric: has_an_old_catalogue,
    Outcome.MAIL_REFUSED.metric: has_a_mail_refused,
}
"""For each metric of ours that an alarm watches: what happens to a service that emits it."""


def emitted(service: str, metric: str, capsys: pytest.CaptureFixture[str]) -> set[Metric]:
    """Run a service's handler so that it emits a metric; return all that it wrote (EMF)."""
    assert metric in EMITTED_WHEN, f"{metric} is emitted by no run here: add one to EMITTED_WHEN"
    capsys.readouterr()
    EMITTED_WHEN[metric](Emitting(KNOWN[service]))
    lines = (json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line)
    return {found for line in lines for found in _metrics(line)}


def _metrics(line: Mapping[str, Any]) -> Iterator[Metric]:
    """Yield the metrics of a line of EMF.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
    """
    for group in line["_aws"]["CloudWatchMetrics"]:
        for names in group["Dimensions"]:
            dimensions = tuple(sorted((name, line[name]) for name in names))
            for metric in group["Metrics"]:
                assert metric["Name"] in line
                yield Metric(group["Namespace"], metric["Name"], dimensions)


def test_every_alarm_on_a_metric_of_ours_watches_one_that_a_handler_emits(
    stage: Assembly, capsys: pytest.CaptureFixture[str]
) -> None:
    watched = {
        Metric(alarm["Namespace"], alarm["MetricName"], _dimensions(alarm))
        for alarm in (each.properties for each in stage.resources("AWS::CloudWatch::Alarm"))
        if not alarm["Namespace"].startswith("AWS/")
    }

    assert watched
    for metric in watched:
        ((_, service),) = metric.dimensions
        assert metric in emitted(service, metric.name, capsys)


def test_a_service_emits_only_metrics_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    found = emitted(ORDERS.name, Outcome.STALLED.metric, capsys)

    assert {(each.namespace, each.dimensions) for each in found} == {
        (METRICS, (("service", ORDERS.name),))
    }


# -- what AWS emits --------------------------------------------------------------------------------

QUEUE = {"QueueName": ("AWS::SQS::Queue", "QueueName")}
FUNCTION = {"FunctionName": ("AWS::Lambda::Function", "Ref")}
BY_AWS: Mapping[tuple[str, str], Mapping[str, tuple[str, str]]] = {
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible"): QUEUE,
    ("AWS/SQS", "ApproximateAgeOfOldestMessage"): QUEUE,
    ("AWS/Lambda", "Errors"): FUNCTION,
    ("AWS/Lambda", "IteratorAge"): FUNCTION,
    ("AWS/Lambda", "Throttles"): {},
    ("AWS/Events", "FailedInvocations"): {"RuleName": ("AWS::Events::Rule", "Ref")},
    ("AWS/ApiGateway", "5xx"): {"ApiId": ("AWS::ApiGatewayV2::Api", "Ref")},
}
"""The dimensions of AWS's metrics, each with the type of resource and the attribute that is its
value. `Ref` of a rule is its name if it has no bus of its own; without a dimension, Lambda counts
all functions of the account and region.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-view.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
"""


def unwatched(template: Mapping[str, Any]) -> list[str]:
    """Return the alarms of a template on a metric that AWS does not emit of its resources."""
    return sorted(
        alarm["Properties"]["AlarmName"]
        for alarm in _of_type(template, "AWS::CloudWatch::Alarm").values()
        if alarm["Properties"]["Namespace"] != METRICS
        and not _is_emitted(alarm["Properties"], template)
    )


def _is_emitted(alarm: Mapping[str, Any], template: Mapping[str, Any]) -> bool:
    documented = BY_AWS.get((alarm["Namespace"], alarm["MetricName"]))
    if documented is None:
        return False
    given = {each["Name"]: each["Value"] for each in alarm.get("Dimensions", [])}
    if given.keys() != documented.keys():
        return False
    if alarm["MetricName"] == "IteratorAge" and not _reads_a_stream(given, template):
        return False
    return all(
        _names_a_resource(value, *documented[name], template) for name, value in given.items()
    )


def _names_a_resource(value: Any, kind: str, attribute: str, template: Mapping[str, Any]) -> bool:
    """Return whether a value is the attribute of a resource of that type in the same template."""
    match value:
        case {"Ref": name}:
            return attribute == "Ref" and name in _of_type(template, kind)
        case {"Fn::GetAtt": [name, found]}:
            return attribute == found and name in _of_type(template, kind)
    return False


def _reads_a_stream(given: Mapping[str, Any], template: Mapping[str, Any]) -> bool:
    sources = _of_type(template, "AWS::Lambda::EventSourceMapping").values()
    return any(
        source["Properties"]["FunctionName"] == given["FunctionName"]
        and "StartingPosition" in source["Properties"]
        for source in sources
    )


def _of_type(template: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    return {name: each for name, each in template["Resources"].items() if each["Type"] == kind}


def _dimensions(alarm: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((each["Name"], each["Value"]) for each in alarm.get("Dimensions", [])))


def test_every_alarm_on_a_metric_of_aws_watches_a_resource_of_its_stack(stage: Assembly) -> None:
    assert {name: unwatched(template) for name, template in stage.stacks.items()} == {
        name: [] for name in stage.stacks
    }


def _alarm(template: Any, ending: str) -> Any:
    (found,) = (
        each["Properties"]
        for each in _of_type(template, "AWS::CloudWatch::Alarm").values()
        if each["Properties"]["AlarmName"].endswith(ending)
    )
    return found


@pytest.mark.parametrize(
    ("stack", "alarm", "change"),
    [
        ("orders", "-clock-stopped", {"Dimensions": [{"Name": "RuleName", "Value": "a-rule"}]}),
        ("orders", "-clock-stopped", {"Dimensions": []}),
        ("orders", "-clock-stopped", {"MetricName": "FailedInvocation"}),
        ("orders", "-clock-stopped", {"Namespace": "AWS/Scheduler"}),
        ("email", "-email.fifo-late", {"Namespace": "AWS/Lambda"}),
        ("bus", "-relay-late", {"Dimensions": [{"Name": "FunctionName", "Value": "relay"}]}),
        ("bus", "-throttled", {"Dimensions": [{"Name": "Resource", "Value": "relay"}]}),
    ],
)
def test_an_alarm_on_what_nothing_emits_is_found(
    dev: Assembly, stack: str, alarm: str, change: Mapping[str, Any]
) -> None:
    template = deepcopy(dev.stacks[f"fanfare-dev-{stack}"])
    _alarm(template, alarm).update(change)

    assert unwatched(template) == [_alarm(template, alarm)["AlarmName"]]
