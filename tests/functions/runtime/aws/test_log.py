"""The log on DynamoDB: conflicts, errors, lost responses, pages and consistency."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from events.contracts.inventory import StockReserved, StockVoided
from events.history import History
from functions import names
from functions.framework.ports import Change, ChangeRefused, Record
from functions.inventory.reactions import AVAILABLE, STOCK
from functions.runtime.aws.log import CONFLICT_TRIES
from testkit.builders import ORDER, placed, then
from tests.functions.conftest import Calls, Stage
from tests.functions.runtime.conftest import Faults

RESERVED = then(placed(), StockReserved(lines=()))
VOIDED = then(placed(), StockVoided())
TAKE = [Change(table=STOCK, key="DRUM", attribute=AVAILABLE, by=-1)]


def cancelled(*codes: str) -> dict[str, Any]:
    return {
        "Error": {"Code": "TransactionCanceledException", "Message": "Transaction cancelled"},
        "CancellationReasons": [{"Code": code} for code in codes],
    }


CONFLICT = cancelled("None", "TransactionConflict")
PUT_CONFLICT = {"Error": {"Code": "TransactionConflictException", "Message": "ongoing"}}
DENIED = {"Error": {"Code": "AccessDeniedException", "Message": "not authorized"}}


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def stocked(stage: Stage) -> Stage:
    stage.records("inventory", STOCK).put(Record(key="DRUM", values={AVAILABLE: 5}, version=0))
    return stage


def available(stage: Stage) -> int:
    record = stage.records("inventory", STOCK).get("DRUM")
    assert record is not None
    return int(record.values[AVAILABLE])


def test_a_transaction_with_a_conflict_is_retried_after_a_wait(
    stocked: Stage, faults: Faults, slept: list[float]
) -> None:
    faults.inject(stocked.dynamodb, "TransactWriteItems", CONFLICT, CONFLICT)
    log = stocked.log("inventory", slept.append)

    assert log.append(RESERVED, TAKE) == RESERVED
    assert (available(stocked), len(slept)) == (4, 2)


def test_a_put_with_a_conflict_is_retried_after_a_wait(
    stage: Stage, faults: Faults, slept: list[float]
) -> None:
    faults.inject(stage.dynamodb, "PutItem", PUT_CONFLICT, PUT_CONFLICT)

    assert stage.log(sleep=slept.append).append(VOIDED) == VOIDED
    assert len(slept) == 2


def test_a_conflict_without_end_is_an_error(
    stocked: Stage, faults: Faults, slept: list[float], calls: Calls
) -> None:
    faults.inject(stocked.dynamodb, "TransactWriteItems", *[CONFLICT] * 99)

    with pytest.raises(ClientError, match="TransactionCanceled"):
        stocked.log("inventory", slept.append).append(RESERVED, TAKE)

    assert calls.operations == ["TransactWriteItems"] * CONFLICT_TRIES
    assert (len(slept), available(stocked)) == (CONFLICT_TRIES - 1, 5)


def test_the_waits_are_random_and_grow_and_are_short_in_total(
    stocked: Stage, faults: Faults, monkeypatch: pytest.MonkeyPatch, slept: list[float]
) -> None:
    def longest(low: float, high: float) -> float:
        assert low == 0
        return high

    monkeypatch.setattr("random.uniform", longest)
    faults.inject(stocked.dynamodb, "TransactWriteItems", *[CONFLICT] * 99)

    with pytest.raises(ClientError):
        stocked.log("inventory", slept.append).append(RESERVED, TAKE)

    assert slept == sorted(set(slept))
    assert sum(slept) < 2


def test_a_conflict_together_with_a_short_item_is_retried(
    stocked: Stage, faults: Faults, slept: list[float]
) -> None:
    both = cancelled("TransactionConflict", "ConditionalCheckFailed")
    faults.inject(stocked.dynamodb, "TransactWriteItems", both)

    assert stocked.log("inventory", slept.append).append(RESERVED, TAKE) == RESERVED
    assert len(slept) == 1


def test_a_refusal_after_a_conflict_is_a_refusal(
    stage: Stage, faults: Faults, slept: list[float]
) -> None:
    faults.inject(stage.dynamodb, "TransactWriteItems", CONFLICT)

    with pytest.raises(ChangeRefused) as refused:
        stage.log("inventory", slept.append).append(RESERVED, TAKE)

    assert refused.value.keys == ("DRUM",)


def test_a_slot_that_was_filled_during_a_conflict_is_returned(
    stocked: Stage, faults: Faults, slept: list[float]
) -> None:
    log = stocked.log("inventory", slept.append)
    log.append(VOIDED)
    faults.inject(stocked.dynamodb, "TransactWriteItems", CONFLICT)

    assert log.append(RESERVED, TAKE) == VOIDED
    assert available(stocked) == 5


@pytest.mark.parametrize("reasons", [("None", "ThrottlingError"), ("ValidationError", "None"), ()])
def test_any_other_cancellation_is_an_error_and_not_a_refusal(
    stocked: Stage, faults: Faults, reasons: tuple[str, ...]
) -> None:
    faults.inject(stocked.dynamodb, "TransactWriteItems", cancelled(*reasons))

    with pytest.raises(ClientError):
        stocked.log("inventory").append(RESERVED, TAKE)


def test_any_other_error_of_a_put_is_an_error(stage: Stage, faults: Faults) -> None:
    faults.inject(stage.dynamodb, "PutItem", DENIED, DENIED)
    records = stage.records("inventory", STOCK)

    with pytest.raises(ClientError, match="AccessDenied"):
        stage.log().append(VOIDED)
    with pytest.raises(ClientError, match="AccessDenied"):
        records.put(Record(key="DRUM", values={}, version=0))


def test_a_repeated_put_after_a_lost_response_returns_its_own_event(stage: Stage) -> None:
    log = stage.log()
    log.append(VOIDED)

    assert log.append(VOIDED) == VOIDED


def test_every_read_of_a_stream_is_strongly_consistent(stage: Stage, calls: Calls) -> None:
    assert stage.log().read(ORDER) == History()
    assert [(c.operation, c.sent["ConsistentRead"]) for c in calls] == [("Query", True)]


def test_every_read_of_an_own_item_is_strongly_consistent(stage: Stage, calls: Calls) -> None:
    stage.records("inventory", STOCK).get("DRUM")

    assert [(c.operation, c.sent["ConsistentRead"]) for c in calls] == [("GetItem", True)]


def test_a_long_stream_is_read_page_by_page(stage: Stage, faults: Faults, calls: Calls) -> None:
    log = stage.log()
    events = [placed(), VOIDED]
    for event in events:
        log.append(event)
    item, rest = (_items(stage)[slot] for slot in ("placed", "inventory/reserve"))
    key = {"subject": {"S": ORDER}, "slot": {"S": "placed"}}
    faults.inject(
        stage.dynamodb,
        "Query",
        {"Items": [item], "LastEvaluatedKey": key},
        {"Items": [], "LastEvaluatedKey": key},
        {"Items": [rest]},
    )
    calls.clear()

    assert log.read(ORDER) == History(events)
    assert [call.sent.get("ExclusiveStartKey") for call in calls] == [None, key, key]


def test_a_long_table_is_listed_page_by_page(stage: Stage, faults: Faults) -> None:
    records = stage.records("inventory", STOCK)
    page = {"Items": [{"sku": {"S": "A"}}], "LastEvaluatedKey": {"sku": {"S": "A"}}}
    faults.inject(stage.dynamodb, "Scan", page, {"Items": [{"sku": {"S": "B"}}]})

    assert [record.key for record in records.all()] == ["A", "B"]


def _items(stage: Stage) -> dict[str, Any]:
    items = stage.dynamodb.scan(TableName=names.log_table(stage.name))["Items"]
    return {item["slot"]["S"]: item for item in items}
