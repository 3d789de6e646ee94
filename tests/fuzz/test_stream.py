"""Malformed items in the log's stream: they do not hold up the events, which are published."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events import codec
from functions.map import BUS
from functions.runtime.aws.items import FORGOTTEN, to_item
from functions.runtime.memory.lambda_events import failures
from tests.fuzz.cases import case_counts, share
from tests.fuzz.events import SAMPLES, sample_events, wires
from tests.fuzz.values import MARK, MARK_START, edited, texts
from tests.fuzz.world import World

type Item = dict[str, Any]

values = st.one_of(
    texts.map(lambda text: {"S": text}),
    wires.map(lambda text: {"S": text}),
    st.sampled_from(["", "0", "-1", "1.5", "1E+37", "9" * 38]).map(lambda number: {"N": number}),
    st.sampled_from(
        [{"NULL": True}, {"BOOL": False}, {"M": {MARK: {"S": MARK}}}, {"L": []}, {"SS": [MARK]}, {}]
    ),
)
_items = [to_item(codec.decode(json.dumps(sample))) for sample in SAMPLES]


@st.composite
def images(draw: st.DrawFn) -> Item:
    """An item of the log with malformed attributes or data."""
    item = dict(draw(st.sampled_from(_items)))
    match draw(st.sampled_from(["attributes", "data", "source", "subject", "large", "nothing"])):
        case "attributes":
            for name in draw(st.sets(st.sampled_from(sorted(item)), min_size=1, max_size=3)):
                if draw(st.booleans()):
                    del item[name]
                else:
                    item[name] = draw(values)
        case "data":
            item["data"] = {"S": draw(edited(json.loads(item["data"]["S"])))}
        case "source":
            item["source"] = draw(st.sampled_from(_items))["source"]
        case "subject":
            item["subject"] = {"S": draw(st.sampled_from([MARK, "é", "a b", "x" * 129, "\uffff"]))}
        case "large":
            data = json.loads(item["data"]["S"]) | {MARK: "x" * 300_000}
            item["data"] = {"S": json.dumps(data)}
        case _:
            return {}
    if draw(st.booleans()):
        item[FORGOTTEN] = {"S": MARK}
    return item


def record(number: int, item: Item, name: str, **change: Any) -> Item:
    keys = {key: item.get(key, {"S": MARK}) for key in ("subject", "slot")}
    image = {"NewImage": item} if item else {}
    return {
        "eventName": name,
        "dynamodb": {"Keys": keys, "SequenceNumber": str(number)} | image | change,
    }


malformed = st.lists(
    st.tuples(images(), st.sampled_from(["INSERT", "INSERT", "MODIFY", "REMOVE"])),
    min_size=1,
    max_size=6,
)


@share(10)
@given(malformed, st.data())
def test_malformed_items_of_a_batch_hold_up_no_event(
    world: World, bad: list[tuple[Item, str]], data: st.DataObject
) -> None:
    case_counts["batches of the stream"] += 1
    world.begin()
    events = [sample_events(f"ORDER{number}")[0] for number in range(data.draw(st.integers(1, 3)))]
    good = [record(100 + n, to_item(event), "INSERT") for n, event in enumerate(events)]
    wrong = [record(number, item, name) for number, (item, name) in enumerate(bad)]

    answer, output = world.call(BUS.name, {"Records": data.draw(st.permutations([*wrong, *good]))})

    assert failures(answer) == []
    assert MARK_START not in output
    published = [entry["MessageDeduplicationId"] for entry in world.aws.published]
    assert {event.id for event in events} <= set(published)
    for entry in world.aws.published:
        codec.decode(entry["Message"])
    assert len(world.aws.sent) + output.count('"outcome":"tampered"') + output.count(
        '"outcome":"forgotten"'
    ) + len(published) == len(wrong) + len(good)


@pytest.mark.parametrize(
    "data", ['{"ship_to":1}', '{"ship_to":null}', '{"a":"\ud800"}', "[" * 9_000]
)
def test_an_item_with_changed_data_holds_up_no_event(world: World, data: str) -> None:
    world.begin()
    changed = _items[0] | {"type": {"S": "OrderPlaced"}, "data": {"S": data}, FORGOTTEN: {"S": ""}}
    event = sample_events("ORDER")[0]
    batch = [record(1, changed, "MODIFY"), record(2, to_item(event), "INSERT")]

    answer, output = world.call(BUS.name, {"Records": batch})

    assert failures(answer) == []
    assert '"outcome":"tampered"' in output
    assert [entry["MessageDeduplicationId"] for entry in world.aws.published] == [event.id]


@pytest.mark.parametrize(
    "edit",
    [
        {"subject": {"S": "a b"}},
        {"subject": {"S": "x" * 129}},
        {"subject": {"S": MARK}},
        {"data": {"S": json.dumps({"message_id": None, "more": "x" * 300_000})}},
        {"data": {"S": json.dumps({"message_id": "\uffff"}, ensure_ascii=False)}},
    ],
    ids=["blank", "long", "mark", "large", "barred"],
)
def test_an_unpublishable_event_is_put_aside_and_holds_up_no_other(
    world: World, edit: Item
) -> None:
    world.begin()
    item = to_item(sample_events("ORDER", "ReceiptSent")[1]) | edit
    event = sample_events("ANOTHER")[0]
    batch = [record(1, item, "INSERT"), record(2, to_item(event), "INSERT")]

    answer, output = world.call(BUS.name, {"Records": batch})

    assert failures(answer) == []
    assert '"error":"Unfit"' in output
    assert MARK_START not in output
    assert len(world.aws.sent) == 1
    assert [entry["MessageDeduplicationId"] for entry in world.aws.published] == [event.id]
