"""Every call of every function meets every fault, each in a world of its own, and all ends well."""

from collections.abc import Iterable

import pytest

from functions.map import API, CONSUMERS
from tests.faults.deployment import CLIENTS, deployment
from tests.faults.injection import Unforeseen, applicable
from tests.faults.runs import TICK
from tests.faults.stories import STORIES, Story
from tests.faults.sweep import Site, sweep
from tests.support.summary import Figure
from tests.support.template import Templates

ELSEWHERE = {"GET /orders"}
"""It has an answer only where the stage has an issuer, and reads one page: `test_list` has it."""


@pytest.mark.parametrize("story", STORIES, ids=str)
def test_whatever_befalls_a_call_the_story_ends_well(
    templates: Templates, stories: dict[Site, str], story: Story
) -> None:
    own = {site for site, belongs in stories.items() if belongs == story.name}

    met = list(sweep(templates, story, own.__contains__))

    assert [(f"{call}", fault, str(found)) for call, fault, found in met if found] == []
    assert len(met) == _faults(own)


def test_every_reaction_every_chore_and_every_route_has_its_story(
    stories: dict[Site, str], figure: Figure
) -> None:
    told = {(site[0], trigger) for site in stories for trigger in site[1].split(" and ")}

    reactions = {(each.name, event) for each in CONSUMERS for event in each.hears}
    chores = {(each.name, TICK) for each in CONSUMERS if each.chore}
    routes = {(API.name, route.key) for route in API.routes if route.key not in ELSEWHERE}
    assert told == reactions | chores | routes | {("relay", "records")}
    figure("sweep: calls of functions", len(stories))
    figure("sweep: calls that meet a fault", _faults(stories))


def test_a_call_of_which_nobody_has_said_what_can_go_wrong_is_no_fault_but_an_error(
    templates: Templates,
) -> None:
    with (
        deployment(templates) as world,
        world.wire.running("payment", "a test"),
        pytest.raises(Unforeseen, match="ListTables"),
    ):
        CLIENTS("dynamodb").list_tables()


def _faults(found: Iterable[Site]) -> int:
    return sum(len(applicable(site[-1].partition(" ")[0])) for site in found)
