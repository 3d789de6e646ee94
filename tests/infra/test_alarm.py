"""A metric of which a single count must wake somebody has an alarm, as the function writes it."""

import json
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from functions.map import CONSUMERS
from functions.orders.service import SERVICE as ORDERS
from functions.runtime.observe import LogObserver
from infra.stage import DEV, ImpossibleStage
from tests.assembly import Assembly, synthesize
from tests.builders import ON_CALL


def test_a_row_that_asks_for_an_alarm_has_one_that_goes_off_at_the_first_count(
    dev: Assembly,
) -> None:
    asked = {(row.name, metric) for row in CONSUMERS for metric in row.alarms}
    found = set()
    for alarm in dev.resources("AWS::CloudWatch::Alarm"):
        properties = alarm.properties
        (dimension,) = properties["Dimensions"]
        found.add((dimension["Value"], properties["MetricName"]))
        assert (properties["Statistic"], properties["Threshold"]) == ("Sum", 1)
        assert properties["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
        assert (properties["Period"], properties["EvaluationPeriods"]) == (300, 1)
        assert properties["TreatMissingData"] == "notBreaching"

    assert ("orders", "Stalled") in asked
    assert found >= asked


def test_the_alarm_looks_where_the_function_counts(
    dev: Assembly, capsys: pytest.CaptureFixture[str]
) -> None:
    observer = LogObserver(f"service-{uuid4()}")
    observer.record("stalled")
    observer.flush()
    written = json.loads(capsys.readouterr().out.splitlines()[-1])["_aws"]["CloudWatchMetrics"][0]

    alarm = dev.only("AWS::CloudWatch::Alarm", "fanfare-dev-orders")
    assert alarm["Namespace"] == written["Namespace"]
    assert [alarm["MetricName"]] == [metric["Name"] for metric in written["Metrics"]]
    assert [[each["Name"] for each in alarm["Dimensions"]]] == written["Dimensions"]





def test_alarms_go_to_the_stages_topic_if_it_has_one(dev: Assembly, tmp_path: Path) -> None:
    synthesize(tmp_path, replace(DEV, alarm_topic=ON_CALL), consumers=[ORDERS])

    alarms = Assembly(tmp_path).resources("AWS::CloudWatch::Alarm")
    assert {alarm.stack for alarm in alarms} == {"fanfare-dev-bus", "fanfare-dev-orders"}
    assert [alarm.properties["AlarmActions"] for alarm in alarms] == [[ON_CALL]] * len(alarms)
    for alarm in dev.resources("AWS::CloudWatch::Alarm"):
        assert "AlarmActions" not in alarm.properties


@pytest.mark.parametrize("topic", ["", "on-call", f"{ON_CALL}.fifo", ON_CALL.replace("sns", "sqs")])
def test_a_topic_that_alarms_cannot_go_to_is_refused(topic: str) -> None:
    with pytest.raises(ImpossibleStage, match="alarms cannot go to"):
        replace(DEV, alarm_topic=topic)
