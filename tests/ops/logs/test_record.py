"""A function's own log line is read back; anything else in its log is told from it."""

import json
from datetime import UTC, datetime

import pytest

from functions.framework.outcomes import Outcome
from functions.runtime.handlers.observer import LogObserver, failure
from ops.logs.record import parse


def test_what_the_runtime_writes_is_what_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    LogObserver("payment").record(
        "done", event="A/placed", type="OrderPlaced", order="A", millis=1.5, receives=2,
        stated=["A/payment/charge"], facts=["PaymentCaptured"],
    )  # fmt: skip

    record = parse(capsys.readouterr().out.strip(), service="payment", logged=0)

    assert record is not None
    assert (record.service, record.outcome, record.event) == ("payment", "done", "A/placed")
    assert (record.millis, record.receives) == (1.5, 2)
    assert (record.stated, record.facts) == (("A/payment/charge",), ("PaymentCaptured",))
    assert abs((datetime.now(UTC) - record.time).total_seconds()) < 60


def test_an_error_is_read_with_its_class(capsys: pytest.CaptureFixture[str]) -> None:
    LogObserver("shipping").record("retry", receives=1, **failure(ValueError("secret")))

    record = parse(capsys.readouterr().out.strip(), service="shipping", logged=0)

    assert record is not None
    assert record.error == "ValueError"


def test_the_relay_names_an_order_by_its_key() -> None:
    line = {"timestamp": "2026-11-23 09:00:00,123+0000", "service": "relay", "outcome": "tampered"}

    record = parse(json.dumps(line | {"subject": "A", "slot": "placed"}), service="relay", logged=0)

    assert record is not None
    assert record.order == "A"
    assert record.time == datetime(2026, 11, 23, 9, 0, 0, 123000, tzinfo=UTC)


@pytest.mark.parametrize(
    "message",
    [
        "START RequestId: 1 Version: $LATEST",
        '{"_aws":{"Timestamp":1},"service":"payment","Done":[1.0]}',
        '{"outcome":"done","service":"payment","timestamp":"yesterday"}',
        '{"outcome":"done"',
        "{}",
        "",
    ],
)
def test_lines_of_another_kind_are_passed_over(message: str) -> None:
    assert parse(message, service="payment", logged=0) is None


@pytest.mark.parametrize(
    "message",
    [
        "[ERROR] Runtime.ImportModuleError: Unable to import module",
        "2026-11-23T09:00:00Z 1a2b Task timed out after 30.00 seconds",
    ],
)
def test_a_function_that_crashed_is_seen(message: str) -> None:
    record = parse(message, service="payment", logged=1_795_424_400_000)

    assert record is not None
    assert (record.service, record.outcome, record.error) == ("payment", Outcome.CRASHED, message)
    assert record.time == datetime(2026, 11, 23, 9, tzinfo=UTC)
