"""Malformed messages in a consumer's queue: they fail alone, and valid messages are handled."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from events import codec
from functions.framework.service import Consumer
from functions.map import CONSUMERS
from functions.runtime.memory.lambda_events import failures, queue_record
from tests.fuzz.cases import case_counts, share
from tests.fuzz.events import sample_events, wires
from tests.fuzz.values import MARK, MARK_START, json_values
from tests.fuzz.world import World

type Record = dict[str, Any]


def record(number: int, body: Any) -> Record:
    return queue_record(body, message=f"message {number}", receipt=f"handle {number}", group="a")


_bodies = st.one_of(wires, wires, wires, json_values)
_attributes: st.SearchStrategy[Any] = st.one_of(
    st.just({}),
    st.none(),
    st.dictionaries(
        st.sampled_from(["ApproximateReceiveCount", "MessageGroupId", "SenderId"]),
        st.sampled_from(["", "0", "-1", "many", "9" * 30, MARK]),
    ),
)
_besides = st.fixed_dictionaries(
    {},
    optional={
        "attributes": _attributes,
        "messageAttributes": st.one_of(
            st.none(),
            st.just({"type": {"stringValue": MARK, "dataType": "String"}}),
            st.just({"type": {"stringValue": MARK, "dataType": MARK}}),
        ),
        "eventSourceARN": st.just(MARK),
        "md5OfBody": st.just(MARK),
    },
)
malformed = st.lists(st.tuples(_bodies, _besides), min_size=1, max_size=5)


def readable(body: Any) -> bool:
    try:
        codec.decode(body)
    except (codec.Undecodable, AttributeError, TypeError):
        return False
    return True


@share(15)
@given(st.sampled_from(CONSUMERS), malformed, st.data())
def test_malformed_messages_of_a_batch_fail_alone(
    world: World, consumer: Consumer, bad: list[tuple[Any, Record]], data: st.DataObject
) -> None:
    case_counts["batches of queues"] += 1
    types = data.draw(st.lists(st.sampled_from(consumer.subscribed_types), min_size=1, max_size=4))
    stories = [sample_events(f"ORDER{number}", name) for number, name in enumerate(types)]
    world.begin(*(event for story in stories for event in story))
    wrong = [record(n, body) | besides for n, (body, besides) in enumerate(bad)]
    good = [record(100 + n, codec.encode(story[-1]).decode()) for n, story in enumerate(stories)]
    unreadable = {each["messageId"] for each in wrong if not readable(each.get("body"))}

    before = world.state()
    answer, output = world.call(consumer.name, {"Records": wrong})
    assert set(failures(answer)) == unreadable
    assert world.state() == before
    assert MARK_START not in output

    batch = data.draw(st.permutations([*wrong, *good]))
    answer, output = world.call(consumer.name, {"Records": batch})
    failed = [line for line in lines(output) if line.get("error") and "event" in line]
    assert set(failures(answer)) == unreadable, f"{consumer.name} failed: {failed}"
    assert MARK_START not in output
    handled = {line["event"]: line["outcome"] for line in lines(output) if "event" in line}
    for story in stories:
        assert handled[story[-1].id] in {"done", "duplicate", "nothing"}


def lines(output: str) -> list[dict[str, Any]]:
    return [line for line in map(json.loads, output.splitlines()) if "_aws" not in line]
