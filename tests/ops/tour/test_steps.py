"""The steps of the tour: each command is valid, and each change is undone."""

import re

import pytest

from ops.stage.lookups import consumer_named, must_be_replayable
from ops.tour.steps import STEPS, Line, Step
from tests.support.command_lines import check

LINES = list(dict.fromkeys(line for step in STEPS for line in step.lines))
CHANGES = re.compile(r"fanfare (pause \w+|slow \w+ [1-9]\w+|projection \w+ --empty)")


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.command)
def test_each_command_can_be_run(line: Line) -> None:
    check(line.command)
    if line.undo:
        check(line.undo)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.title)
def test_a_step_undoes_each_change_itself_and_names_the_undo(step: Step) -> None:
    for number, line in enumerate(step.lines):
        assert bool(CHANGES.fullmatch(line.command)) is bool(line.undo), line
        later = [each.command for each in step.lines[number:]]
        assert any(command.startswith(line.undo) for command in later), line


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.title)
def test_named_consumers_exist_and_only_replayable_ones_are_replayed(step: Step) -> None:
    text = " ".join([*(line.command for line in step.lines), *(line.undo for line in step.lines)])
    for name in re.findall(r"fanfare (?:pause|resume|slow) (\w+)", text):
        consumer_named(name)
    for name in re.findall(r"fanfare replay (\w+)", text):
        must_be_replayable(consumer_named(name))
