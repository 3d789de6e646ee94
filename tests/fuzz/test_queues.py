"""Whatever is in a consumer's queue: the good is handled, the bad comes again, no more happens."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from events import codec
from functions.framework.service import Consumer
from functions.map import CONSUMERS
from functions.runtime.memory.lambda_events import failures
from tests.fuzz.cases import share, tried
from tests.fuzz.events import told, wires
from tests.fuzz.values import MARK, TELL, json_values
from tests.fuzz.world import World

type Record = dict[str, Any]


def record(number: int, body: Any) -> Record:
    return {
        "messageId": f"message {number}",
        "receiptHandle": f"handle {number}",
        "body": body,
        "attributes": {"ApproximateReceiveCount": "1", "MessageGroupId": "group"},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
    }


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
hostile = st.lists(st.tuples(_bodies, _besides), min_size=1, max_size=5)


def readable(body: Any) -> bool:
    try:
        codec.decode(body)
    except (codec.Undecodable, AttributeError, TypeError):
        return False
    return True


@share(15)
@given(st.sampled_from(CONSUMERS), hostile, st.data())
def test_a_batch_with_hostile_messages_in_it(
    world: World, consumer: Consumer, bad: list[tuple[Any, Record]], data: st.DataObject
) -> None:
    tried["batches of queues"] += 1
    types = data.draw(st.lists(st.sampled_from(consumer.subscribed_types), min_size=1, max_size=4))
    stories = [told(f"ORDER{number}", name) for number, name in enumerate(types)]
    world.begin(*(event for story in stories for event in story))
    strangers = [record(n, body) | besides for n, (body, besides) in enumerate(bad)]
    friends = [record(100 + n, codec.encode(story[-1]).decode()) for n, story in enumerate(stories)]
    unreadable = {each["messageId"] for each in strangers if not readable(each.get("body"))}

    before = world.state()
    answer, said = world.call(consumer.name, {"Records": strangers})
    assert set(failures(answer)) == unreadable
    assert world.state() == before
    assert TELL not in said

    batch = data.draw(st.permutations([*strangers, *friends]))
    answer, said = world.call(consumer.name, {"Records": batch})
    assert set(failures(answer)) == unreadable
    assert TELL not in said
    handled = {line["event"]: line["outcome"] for line in lines(said) if "event" in line}
    for story in stories:
        assert handled[story[-1].id] in {"done", "duplicate", "nothing"}


def lines(said: str) -> list[dict[str, Any]]:
    return [line for line in map(json.loads, said.splitlines()) if "_aws" not in line]
