"""The parser reads a function's structured lines and skips other lines of its log."""

import json
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from functions.framework.outcomes import Outcome
from functions.runtime.handlers.observer import LogObserver, failure
from ops.logs.record import parse


def test_a_line_of_the_runtime_is_parsed(capsys: pytest.CaptureFixture[str]) -> None:
    service = f"payment-{uuid4()}"  # a logger keeps the stream that it was created with
    LogObserver(service).record(
        "done", event="A/placed", type="OrderPlaced", order="A", millis=1.5, receives=2,
        stated=["A/payment/charge"], facts=["PaymentCaptured"],
    )  # fmt: skip

    record = parse(capsys.readouterr().out.strip(), service=service, logged=0)

    assert record is not None
    assert (record.service, record.outcome, record.event) == (service, "done", "A/placed")
    assert (record.millis, record.receives) == (1.5, 2)
    assert (record.stated, record.facts) == (("A/payment/charge",), ("PaymentCaptured",))
    assert abs((datetime.now(UTC) - record.time).total_seconds()) < 60


def test_an_error_is_parsed_with_its_class(capsys: pytest.CaptureFixture[str]) -> None:
    LogObserver(f"shipping-{uuid4()}").record("retry", receives=1, **failure(ValueError("secret")))

    record = parse(capsys.readouterr().out.strip(), service="shipping", logged=0)

    assert record is not None
    assert record.error == "ValueError"


def test_the_order_of_a_relays_record_is_its_subject() -> None:
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
def test_other_lines_are_skipped(message: str) -> None:
    assert parse(message, service="payment", logged=0) is None


@pytest.mark.parametrize(
    "message",
    [
        "[ERROR] Runtime.ImportModuleError: Unable to import module",
        "2026-11-23T09:00:00Z 1a2b Task timed out after 30.00 seconds",
    ],
)
def test_a_crash_of_a_function_is_a_record(message: str) -> None:
    record = parse(message, service="payment", logged=1_795_424_400_000)

    assert record is not None
    assert (record.service, record.outcome, record.error) == ("payment", Outcome.CRASHED, message)
    assert record.time == datetime(2026, 11, 23, 9, tzinfo=UTC)
