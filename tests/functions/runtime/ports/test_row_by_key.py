"""Contract of reading and overwriting one row, in memory and on DynamoDB."""

import pytest

from functions.framework.ports import Row, Rows
from functions.runtime.aws.tables import DynamoRows, TableName
from functions.runtime.memory.rows import MemoryRows
from testkit.dynamo_tables import make
from tests.functions.conftest import Stage

TABLE = TableName(name="rows", key="customer", sort="placed")


@pytest.fixture(params=["memory", "dynamo"])
def rows(request: pytest.FixtureRequest) -> Rows:
    if request.param == "memory":
        return MemoryRows()
    stage: Stage = request.getfixturevalue("stage")
    table = TableName(name=f"rows-{stage.name}", key=TABLE.key, sort=TABLE.sort)
    make(stage.dynamodb, table)
    return DynamoRows(stage.dynamodb, table)


def row(version: int | None, **values: str | int) -> Row:
    return Row(partition="robin", sort="1", values=values, version=version)


def test_a_row_is_read_by_its_key(rows: Rows) -> None:
    rows.put(row(1, status="paid", total=4900))

    assert rows.get("robin", "1") == row(1, status="paid", total=4900)
    assert rows.get("robin", "2") is None
    assert rows.get("kim", "1") is None


@pytest.mark.parametrize("there", [1, 2])
def test_a_row_overwrites_one_that_is_not_newer(rows: Rows, there: int) -> None:
    rows.put(row(there, status="paid", name="Robin"))

    assert rows.overwrite(row(2, status="paid"))
    assert rows.get("robin", "1") == row(2, status="paid")


def test_a_row_does_not_overwrite_a_newer_one(rows: Rows) -> None:
    rows.put(row(3, status="sent"))

    assert not rows.overwrite(row(2, status="paid"))
    assert rows.get("robin", "1") == row(3, status="sent")


def test_a_missing_row_is_written(rows: Rows) -> None:
    assert rows.overwrite(row(2, status="paid"))
    assert not rows.put(row(2, status="other"))
    assert rows.get("robin", "1") == row(2, status="paid")
