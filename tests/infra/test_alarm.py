"""What must wake somebody has an alarm, whatever is in the map, and the alarm has whom to tell."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from functions.framework.outcomes import TRIES, Outcome
from functions.map import API, BUS, SERVICES
from functions.orders.service import SERVICE as ORDERS
from functions.runtime import backoff
from functions.runtime.handlers.observer import LogObserver
from functions.runtime.settings import SERVICE
from infra.stage import DEV, PROD, ImpossibleStage
from tests.support.assembly import Assembly, synthesize
from tests.support.builders import ON_CALL


@pytest.fixture(params=["local", "dev", "prod", "listening"])
def stage(request: pytest.FixtureRequest) -> Assembly:
    found: Assembly = request.getfixturevalue(request.param)
    return found


# -- what a service counts -------------------------------------------------------------------------


def test_a_row_that_asks_for_an_alarm_has_one_that_goes_off_at_the_first_count(
    dev: Assembly,
) -> None:
    asked = [(row.name, metric) for row in SERVICES for metric in row.alarms]

    assert {("orders", "Stalled"), ("relay", "Tampered")} <= set(asked)
    for service, metric in asked:
        alarm = dev.alarm(metric, service=service)
        assert (alarm["Statistic"], alarm["Threshold"]) == ("Sum", 1)
        assert (alarm["Period"], alarm["EvaluationPeriods"]) == (300, 1)


def test_a_message_that_is_not_of_the_log_wakes_somebody_whoever_got_it(stage: Assembly) -> None:
    for consumer in consumers(stage):
        alarm = stage.alarm(Outcome.FORGED.metric, service=consumer)
        assert (alarm["Statistic"], alarm["Threshold"]) == ("Sum", 1)


def test_the_alarm_looks_where_the_function_counts(
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


# -- what AWS counts -------------------------------------------------------------------------------


def last_queues(stage: Assembly) -> Iterator[str]:
    """Yield the ARNs of the queues in which messages end, whatever sends them there."""
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
    told = [
        each.properties["Environment"]["Variables"]
        for each in functions
        if each.stack in subscribed
    ]
    assert len(told) == len(subscribed) > 0
    return [each[SERVICE] for each in told]


def test_a_message_that_lies_where_messages_end_wakes_somebody(stage: Assembly) -> None:
    ends = {name_in(arn) for arn in last_queues(stage)}

    assert len(ends) > 2
    for queue in ends:
        alarm = stage.alarm("ApproximateNumberOfMessagesVisible", QueueName=queue)
        assert (alarm["Namespace"], alarm["Statistic"]) == ("AWS/SQS", "Maximum")
        assert (alarm["Threshold"], alarm["EvaluationPeriods"]) == (1, 1)


def test_every_queue_is_watched_either_for_what_lies_there_or_for_what_waits_too_long(
    stage: Assembly,
) -> None:
    ends = {name_in(arn) for arn in last_queues(stage)}
    for queue in stage.resources("AWS::SQS::Queue"):
        name = queue.properties["QueueName"]
        if name not in ends:
            alarm = stage.alarm("ApproximateAgeOfOldestMessage", QueueName=name)
            assert alarm["Statistic"] == "Maximum"
            assert backoff.LONGEST_DELAY < alarm["Threshold"] < backoff.OUTAGE / 2


def test_a_message_that_fails_for_an_hour_wakes_somebody_though_its_age_is_not_measured_any_more(
    stage: Assembly,
) -> None:
    for consumer in consumers(stage):
        alarm = stage.alarm(TRIES, service=consumer)
        waited = sum(map(backoff.delay, range(1, int(alarm["Threshold"]))))
        assert alarm["Statistic"] == "Maximum"
        assert 3600 <= waited < backoff.OUTAGE / 2
        assert alarm["Period"] > backoff.LONGEST_DELAY


def test_a_service_that_fails_as_a_whole_time_and_again_wakes_somebody(stage: Assembly) -> None:
    for function in stage.resources("AWS::Lambda::Function"):
        alarm = stage.alarm("Errors", FunctionName=function.properties["FunctionName"])
        assert (alarm["Namespace"], alarm["Statistic"]) == ("AWS/Lambda", "Sum")
        assert (alarm["Threshold"], alarm["Period"]) == (3, 3600)


def test_a_clock_that_cannot_call_wakes_somebody(stage: Assembly) -> None:
    rules = stage.resources("AWS::Events::Rule")
    alarms = [
        alarm
        for alarm in stage.resources("AWS::CloudWatch::Alarm")
        if alarm.properties["MetricName"] == "FailedInvocations"
    ]

    assert sorted(alarm.stack for alarm in alarms) == sorted(rule.stack for rule in rules)


def test_so_do_a_relay_that_is_late_an_api_that_fails_and_functions_that_are_turned_away(
    stage: Assembly,
) -> None:
    name = f"fanfare-{of(stage)}"
    late = stage.alarm("IteratorAge", FunctionName=f"{name}-{BUS.name}")
    failing = stage.alarm("5xx", ApiId="<AWS::ApiGatewayV2::Api.Ref>")
    turned_away = stage.alarm("Throttles")

    assert (late["Statistic"], late["Threshold"]) == ("Maximum", 5 * 60 * 1000)
    assert (failing["Namespace"], failing["Threshold"]) == ("AWS/ApiGateway", 3)
    assert failing["AlarmName"] == f"{name}-{API.name}-failing"
    assert (turned_away["Namespace"], turned_away["EvaluationPeriods"]) == ("AWS/Lambda", 3)


def of(stage: Assembly) -> str:
    (name,) = {each["properties"]["tags"]["stage"] for each in described(stage)}
    return str(name)


def described(stage: Assembly) -> list[Any]:
    return [stage.manifest[name] for name in stage.stacks]


# -- all of them -----------------------------------------------------------------------------------


def test_an_alarm_has_a_name_of_its_own_says_what_is_wrong_and_is_silent_while_nothing_is_measured(
    stage: Assembly,
) -> None:
    alarms = [alarm.properties for alarm in stage.resources("AWS::CloudWatch::Alarm")]

    assert len({alarm["AlarmName"] for alarm in alarms}) == len(alarms)
    for alarm in alarms:
        assert alarm["AlarmName"].startswith(f"fanfare-{of(stage)}-")
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
def test_a_topic_that_alarms_cannot_go_to_is_refused(topic: str) -> None:
    with pytest.raises(ImpossibleStage, match="alarms cannot go to"):
        replace(DEV, alarm_topic=topic)


def test_it_is_said_at_every_synthesis_that_production_has_nobody_to_wake(
    local: Assembly, dev: Assembly, prod: Assembly, tmp_path: Path
) -> None:
    synthesize(tmp_path, replace(PROD, alarm_topic=ON_CALL), consumers=[ORDERS])

    (warning,) = prod.warnings()
    assert warning.startswith("Stage prod has no alarm_topic")
    for quiet in (local, dev, Assembly(tmp_path)):
        assert quiet.warnings() == []
