"""Malformed events, as anyone with access could put them into a queue or into the log."""

import json
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from events import codec
from events.envelope import Event
from tests.fuzz.values import broken, edited, json_values, texts, towers

SAMPLES: list[dict[str, Any]] = [
    json.loads(path.read_text())
    for path in sorted((Path(codec.__file__).parent / "samples").glob("*.[0-9].json"))
]
"""One sample of every type and version."""

samples = st.sampled_from(SAMPLES)


def sample_events(order: str, event_type: str = "OrderPlaced") -> list[Event[Any]]:
    """Return the samples of `OrderPlaced` and of another type as events of one order."""
    latest = {sample["type"]: sample for sample in SAMPLES}
    chosen = [latest[name] for name in dict.fromkeys(["OrderPlaced", event_type])]
    return [codec.decode(json.dumps(sample).replace(sample["subject"], order)) for sample in chosen]


_crossed = st.tuples(samples, samples, st.sampled_from(["id", "type", "source", "subject", "data"]))
"""An event with a member of another event."""

wires = st.one_of(
    samples.map(json.dumps),
    samples.flatmap(edited),
    samples.flatmap(lambda sample: edited(sample, edits=5)),
    samples.flatmap(lambda sample: edited(sample["data"])).flatmap(
        lambda data: samples.map(
            lambda sample: json.dumps(sample | {"data": "@"}).replace('"@"', data)
        )
    ),
    _crossed.map(lambda drawn: json.dumps(drawn[0] | {drawn[2]: drawn[1][drawn[2]]})),
    st.tuples(samples, st.sampled_from([0, 1, 2, 3, 999, 10**6, 10**30])).map(
        lambda drawn: json.dumps(drawn[0] | {"dataversion": drawn[1]})
    ),
    samples.map(lambda sample: json.dumps(sample | {"padding": "x" * codec.MAX_BYTES})),
    json_values.map(json.dumps),
    towers,
    texts,
)
"""Texts of events, most of them malformed."""

raws = st.one_of(
    wires, wires.flatmap(broken), st.binary(max_size=60), samples.map(json.dumps).flatmap(broken)
)
