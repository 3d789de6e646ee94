"""Reactions that raise, return nonsense or block: each is named, and none hangs."""

import json
import time
from typing import Any

import pytest

from events.contracts.checkout import OrderPlaced
from events.envelope import Event
from events.history import History
from functions.framework.reaction import On
from functions.framework.service import Consumer
from simulation import watchdog
from tests.simulation.mistakes import NAME, assert_caught, found


def consumer(react: Any) -> Consumer:
    on = On(event=OrderPlaced, react=react, history=True)
    return Consumer(name=NAME, on=(on,), replayable=True)


def fails(event: Event[Any], _: History) -> None:
    json.loads(event.type)


def returns_nonsense(_: Event[Any], __: History) -> Any:
    return "done"


def test_an_error_names_its_file_and_line() -> None:
    line = fails.__code__.co_firstlineno + 1

    story = assert_caught(consumer(fails), "functions_fail_only_with_their_calls")

    assert f"tests/simulation/test_failing_reactions.py:{line}" in story
    assert "JSONDecodeError: Expecting value" in story


def test_a_result_that_the_row_does_not_declare_is_named() -> None:
    story = assert_caught(consumer(returns_nonsense), "reactions_return_what_their_rows_declare")

    assert "the reaction to OrderPlaced returned a str" in story


@pytest.mark.parametrize("sleeps", [True, False])
def test_a_reaction_that_blocks_is_ended(sleeps: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "TICK", 0.02)

    def blocks(_: Event[Any], __: History) -> None:
        while True:
            if sleeps:
                time.sleep(9)

    worlds = list(found(consumer(blocks)))

    assert [each.violation.name for each in worlds] == ["every_reaction_ends"]
    assert "tests/simulation/test_failing_reactions.py" in str(worlds[0].violation)
