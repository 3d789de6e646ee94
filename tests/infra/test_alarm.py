"""Alarms: every queue, function and metric that needs one has it, with the stage's topic."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from functions.framework.outcomes import TRIES, Outcome
from functions.map import API, BUS, CONSUMERS, SERVICES
from functions.orders.service import SERVICE as ORDERS
from functions.runtime import backoff
from functions.runtime.handlers.observer import LogObserver
from functions.runtime.settings import SERVICE
from infra.stage import DEV, PROD, InvalidStage
from tests.infra.conftest import LISTENER
from tests.support.assembly import Assembly, synthesize
from tests.support.template import ON_CALL

# -- metrics of services ---------------------------------------------------------------------------


def test_each_declared_alarm_goes_off_at_the_first_count(dev: Assembly) -> None:
    declared = [(row.name, outcome.metric) for row in SERVICES for outcome in row.alarms]

    assert {("orders", "Stalled"), ("relay", "Tampered")} <= set(declared)
    for service, metric in declared:
        alarm = dev.alarm(metric, service=service)
        assert (alarm["Statistic"], alarm["Threshold"]) == ("Sum", 1)
        assert (alarm["Period"], alarm["EvaluationPeriods"]) == (300, 1)


def test_every_consumer_that_reads_the_log_has_an_alarm_for_forged_messages(dev: Assembly) -> None:
    for consumer in CONSUMERS:
        assert any(on.history for on in consumer.on)
        alarm = dev.alarm(Outcome.FORGED.metric, service=consumer.name)
        assert (alarm["Statistic"], alarm["Threshold"]) == ("Sum", 1)


def test_a_consumer_that_does_not_read_the_log_has_no_such_alarm(listening: Assembly) -> None:
    metrics = [
        alarm.properties["MetricName"]
        for alarm in listening.resources("AWS::CloudWatch::Alarm")
        if LISTENER.name in alarm.stack
    ]

    assert TRIES in metrics
    assert Outcome.FORGED.metric not in metrics


def test_the_alarms_metric_is_the_one_that_the_function_writes(
    dev: Assembly, capsys: pytest.CaptureFixture[str]
) -> None:
    observer = LogObserver(f"service-{uuid4()}")
    observer.record("stalled")
    observer.flush()
    written = json.loads(capsys.readouterr().out.splitlines()[-1])["_aws"]["CloudWatchMetrics"][0]

    alarm = dev.alarm("Stalled", service="orders")
    assert alarm["Namespace"] == written["Namespace"]
    assert [alarm["MetricName"]] == [metric["Name"] for metric in written["Metrics"]]
    assert [[each["Name"] for each in alarm["Dimensions"]]] == written["Dimensions"]


# -- metrics of AWS --------------------------------------------------------------------------------


def dead_letter_queues(stage: Assembly) -> Iterator[str]:
    """Yield the ARNs of the DLQs of queues, subscriptions and event sources."""
    for queue in stage.resources("AWS::SQS::Queue"):
        if "RedrivePolicy" in queue.properties:
            yield queue.properties["RedrivePolicy"]["deadLetterTargetArn"]
    for subscription in stage.resources("AWS::SNS::Subscription"):
        yield subscription.properties["RedrivePolicy"]["deadLetterTargetArn"]
    for source in stage.resources("AWS::Lambda::EventSourceMapping"):
        if "DestinationConfig" in source.properties:
            yield source.properties["DestinationConfig"]["OnFailure"]["Destination"]


def name_in(arn: str) -> str:
    return arn.rpartition(":")[2]


def consumers(stage: Assembly) -> list[str]:
    """Return the services that have a queue."""
    subscribed = {each.stack for each in stage.resources("AWS::SNS::Subscription")}
    functions = stage.resources("AWS::Lambda::Function")
    environments = [
        each.properties["Environment"]["Variables"]
        for each in functions
        if each.stack in subscribed
    ]
    assert len(environments) == len(subscribed) > 0
    return [each[SERVICE] for each in environments]


def test_every_dead_letter_queue_has_an_alarm_for_its_first_message(stage: Assembly) -> None:
    queues = {name_in(arn) for arn in dead_letter_queues(stage)}

    assert len(queues) > 2
    for queue in queues:
        alarm = stage.alarm("ApproximateNumberOfMessagesVisible", QueueName=queue)
        assert (alarm["Namespace"], alarm["Statistic"]) == ("AWS/SQS", "Maximum")
        assert (alarm["Threshold"], alarm["EvaluationPeriods"]) == (1, 1)


def test_every_other_queue_has_an_alarm_for_messages_that_wait_too_long(
    stage: Assembly,
) -> None:
    queues = {name_in(arn) for arn in dead_letter_queues(stage)}
    for queue in stage.resources("AWS::SQS::Queue"):
        name = queue.properties["QueueName"]
        if name not in queues:
            alarm = stage.alarm("ApproximateAgeOfOldestMessage", QueueName=name)
            assert alarm["Statistic"] == "Maximum"
            assert backoff.LONGEST_DELAY < alarm["Threshold"] < backoff.OUTAGE / 2


def test_every_consumer_has_an_alarm_for_a_message_that_fails_for_an_hour(stage: Assembly) -> None:
    for consumer in consumers(stage):
        alarm = stage.alarm(TRIES, service=consumer)
        waited = sum(map(backoff.delay, range(1, int(alarm["Threshold"]))))
        assert alarm["Statistic"] == "Maximum"
        assert 3600 <= waited < backoff.OUTAGE / 2
        assert alarm["Period"] > backoff.LONGEST_DELAY


def test_every_function_has_an_alarm_for_repeated_errors(stage: Assembly) -> None:
    for function in stage.resources("AWS::Lambda::Function"):
        alarm = stage.alarm("Errors", FunctionName=function.properties["FunctionName"])
        assert (alarm["Namespace"], alarm["Statistic"]) == ("AWS/Lambda", "Sum")
        assert (alarm["Threshold"], alarm["Period"]) == (3, 3600)


def test_every_rule_has_an_alarm_for_failed_invocations(stage: Assembly) -> None:
    rules = stage.resources("AWS::Events::Rule")
    alarms = [
        alarm
        for alarm in stage.resources("AWS::CloudWatch::Alarm")
        if alarm.properties["MetricName"] == "FailedInvocations"
    ]

    assert sorted(alarm.stack for alarm in alarms) == sorted(rule.stack for rule in rules)
    for alarm in alarms:
        assert alarm.properties["Statistic"] == "Sum"


def test_every_http_api_has_an_alarm_for_repeated_server_errors(stage: Assembly) -> None:
    apis = stage.resources("AWS::ApiGatewayV2::Api")
    alarms = [
        alarm
        for alarm in stage.resources("AWS::CloudWatch::Alarm")
        if alarm.properties["MetricName"] == "5xx"
    ]

    assert {alarm.stack for alarm in alarms} == {api.stack for api in apis}
    for alarm in alarms:
        failing = alarm.properties
        own = "failing" if alarm.stack.endswith(f"-{API.name}") else "requests-failing"
        assert failing["AlarmName"] == f"{alarm.stack}-{own}"
        assert (failing["Namespace"], failing["Threshold"]) == ("AWS/ApiGateway", 3)
        dimensions = {each["Name"]: each["Value"] for each in failing["Dimensions"]}
        assert dimensions == {"ApiId": "<AWS::ApiGatewayV2::Api.Ref>"}


def test_a_late_relay_and_throttling_have_alarms(stage: Assembly) -> None:
    name = f"fanfare-{stage_name(stage)}"
    late = stage.alarm("IteratorAge", FunctionName=f"{name}-{BUS.name}")
    throttled = stage.alarm("Throttles")

    assert (late["Statistic"], late["Threshold"]) == ("Maximum", 5 * 60 * 1000)
    assert (throttled["Namespace"], throttled["EvaluationPeriods"]) == ("AWS/Lambda", 3)


def stage_name(stage: Assembly) -> str:
    (name,) = {stage.manifest[stack]["properties"]["tags"]["stage"] for stack in stage.stacks}
    return str(name)


# -- all alarms ------------------------------------------------------------------------------------


def test_an_alarm_has_a_unique_name_and_a_description_and_ignores_missing_data(
    stage: Assembly,
) -> None:
    alarms = [alarm.properties for alarm in stage.resources("AWS::CloudWatch::Alarm")]

    assert len({alarm["AlarmName"] for alarm in alarms}) == len(alarms)
    for alarm in alarms:
        assert alarm["AlarmName"].startswith(f"fanfare-{stage_name(stage)}-")
        assert len(alarm["AlarmDescription"]) > 30
        assert alarm["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
        assert alarm["TreatMissingData"] == "notBreaching"


def test_alarms_go_to_the_stages_topic_if_it_has_one(dev: Assembly, tmp_path: Path) -> None:
    synthesize(tmp_path, replace(DEV, alarm_topic=ON_CALL), consumers=[ORDERS])

    alarms = Assembly(tmp_path).resources("AWS::CloudWatch::Alarm")
    parts = {"bus", API.name, ORDERS.name}
    assert {alarm.stack for alarm in alarms} == {f"fanfare-dev-{part}" for part in parts}
    assert [alarm.properties["AlarmActions"] for alarm in alarms] == [[ON_CALL]] * len(alarms)
    for alarm in dev.resources("AWS::CloudWatch::Alarm"):
        assert "AlarmActions" not in alarm.properties


@pytest.mark.parametrize("topic", ["", "on-call", f"{ON_CALL}.fifo", ON_CALL.replace("sns", "sqs")])
def test_an_alarm_topic_that_is_not_a_standard_topics_arn_is_refused(topic: str) -> None:
    with pytest.raises(InvalidStage, match="is not the ARN of a standard topic"):
        replace(DEV, alarm_topic=topic)


def test_synthesis_warns_about_production_without_an_alarm_topic(
    local: Assembly, dev: Assembly, prod: Assembly, tmp_path: Path
) -> None:
    synthesize(tmp_path, replace(PROD, alarm_topic=ON_CALL), consumers=[ORDERS])

    (warning,) = prod.warnings()
    assert warning.startswith("Stage prod has no alarm_topic")
    for quiet in (local, dev, Assembly(tmp_path)):
        assert quiet.warnings() == []
