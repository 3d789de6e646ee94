"""Items that people wrote by hand: what is unknown is left out, and nothing raises."""

from typing import Any

import pytest

from functions.checkout.catalogue import CATALOGUE
from functions.framework.ports import Record, Value
from functions.inventory.reactions import STOCK
from tests.functions.conftest import Stage


@pytest.mark.parametrize(
    ("attribute", "read"),
    [
        ({"BOOL": True}, None),
        ({"NULL": True}, None),
        ({"L": [{"S": "brass"}]}, None),
        ({"M": {"size": {"N": "1"}}}, None),
        ({"SS": ["brass"]}, None),
        ({"NS": ["1"]}, None),
        ({"B": b"brass"}, None),
        ({"N": "49.9"}, "49.9"),
        ({"S": "49.90"}, "49.90"),
        ({"N": "4990"}, 4990),
    ],
    ids=str,
)
def test_an_attribute_of_any_type_can_be_read(
    stage: Stage, attribute: dict[str, Any], read: Value | None
) -> None:
    item = {"sku": {"S": "TUBA"}, "price": {"N": "4990"}, "extra": attribute}
    stage.dynamodb.put_item(TableName=stage.own["checkout", CATALOGUE].name, Item=item)
    expected: dict[str, Value] = {"price": 4990}
    if read is not None:
        expected["extra"] = read

    records = stage.records("checkout", CATALOGUE)
    assert list(records.all()) == [Record(key="TUBA", values=expected, version=0)]
    assert records.get("TUBA") == Record(key="TUBA", values=expected, version=0)


def test_a_version_that_is_no_number_is_none(stage: Stage) -> None:
    item = {"sku": {"S": "TUBA"}, "version": {"S": "one"}}
    stage.dynamodb.put_item(TableName=stage.own["inventory", STOCK].name, Item=item)

    assert stage.records("inventory", STOCK).get("TUBA") == Record(key="TUBA", values={}, version=0)
