"""Whatever is in the log's stream: what is an event is published, and waits for nothing else."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events import codec
from functions.map import BUS
from functions.runtime.aws.items import FORGOTTEN, to_item
from functions.runtime.memory.lambda_events import failures
from tests.fuzz.cases import share, tried
from tests.fuzz.events import SAMPLES, told, wires
from tests.fuzz.values import MARK, TELL, edited, texts
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
    """An item of the log that somebody spoiled."""
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


hostile = st.lists(
    st.tuples(images(), st.sampled_from(["INSERT", "INSERT", "MODIFY", "REMOVE"])),
    min_size=1,
    max_size=6,
)


@share(10)
@given(hostile, st.data())
def test_a_batch_with_hostile_items_in_it(
    world: World, bad: list[tuple[Item, str]], data: st.DataObject
) -> None:
    tried["batches of the stream"] += 1
    world.begin()
    friends = [told(f"ORDER{number}")[0] for number in range(data.draw(st.integers(1, 3)))]
    good = [record(100 + n, to_item(event), "INSERT") for n, event in enumerate(friends)]
    strangers = [record(number, item, name) for number, (item, name) in enumerate(bad)]

    answer, said = world.call(
        BUS.name, {"Records": data.draw(st.permutations([*strangers, *good]))}
    )

    assert failures(answer) == []
    assert TELL not in said
    published = [entry["MessageDeduplicationId"] for entry in world.aws.published]
    assert {event.id for event in friends} <= set(published)
    for entry in world.aws.published:
        codec.decode(entry["Message"])
    assert len(world.aws.noted) + said.count('"outcome":"tampered"') + said.count(
        '"outcome":"forgotten"'
    ) + len(published) == len(strangers) + len(good)


@pytest.mark.parametrize(
    "data", ['{"ship_to":1}', '{"ship_to":null}', '{"a":"\ud800"}', "[" * 9_000]
)
def test_what_was_changed_into_nonsense_holds_up_nobody(world: World, data: str) -> None:
    world.begin()
    spoiled = _items[0] | {"type": {"S": "OrderPlaced"}, "data": {"S": data}, FORGOTTEN: {"S": ""}}
    friend = told("ORDER")[0]
    batch = [record(1, spoiled, "MODIFY"), record(2, to_item(friend), "INSERT")]

    answer, said = world.call(BUS.name, {"Records": batch})

    assert failures(answer) == []
    assert '"outcome":"tampered"' in said
    assert [entry["MessageDeduplicationId"] for entry in world.aws.published] == [friend.id]


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
def test_an_event_that_cannot_travel_is_put_aside_and_holds_up_nobody(
    world: World, edit: Item
) -> None:
    world.begin()
    item = to_item(told("ORDER", "ReceiptSent")[1]) | edit
    friend = told("ANOTHER")[0]
    batch = [record(1, item, "INSERT"), record(2, to_item(friend), "INSERT")]

    answer, said = world.call(BUS.name, {"Records": batch})

    assert failures(answer) == []
    assert '"error":"Unfit"' in said
    assert TELL not in said
    assert len(world.aws.noted) == 1
    assert [entry["MessageDeduplicationId"] for entry in world.aws.published] == [friend.id]
