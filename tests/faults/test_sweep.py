"""Every call of every function meets every fault, each in a world of its own, and all ends well."""

from collections.abc import Iterable

import pytest

from functions.map import API, CONSUMERS
from tests.faults.deployment import CLIENTS, TICK, deployment
from tests.faults.injection import UnknownOperation, applicable
from tests.faults.scenarios import SCENARIOS
from tests.faults.sweep import CallPath, sweep
from tests.iam.walk import journey_of
from tests.support.summary import Figure
from tests.support.template import Templates

ELSEWHERE = {"GET /orders"}
"""It has an answer only where the stage has an issuer, and reads one page: `test_list` has it."""


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_scenario_ends_well_whatever_fault_a_call_meets(
    templates: Templates, scenarios: dict[CallPath, str], scenario: str
) -> None:
    own = {path for path, name in scenarios.items() if name == scenario}

    met = list(sweep(templates, SCENARIOS[scenario], own.__contains__))

    assert [(f"{call}", fault, str(found)) for call, fault, found in met if found] == []
    assert len(met) == _faults(own)


def test_the_scenarios_run_every_reaction_chore_and_route(
    scenarios: dict[CallPath, str], figure: Figure
) -> None:
    covered = {(path[0], trigger) for path in scenarios for trigger in path[1].split(" and ")}

    reactions = {(each.name, event) for each in CONSUMERS for event in each.subscribed_types}
    chores = {(each.name, TICK) for each in CONSUMERS if each.chore}
    routes = {(API.name, route.key) for route in API.routes if route.key not in ELSEWHERE}
    wanted = reactions | chores | routes | {("relay", "records")}
    ours = {API.name, "relay", *(each.name for each in CONSUMERS if journey_of(each))}
    for name, trigger in sorted(wanted - covered):
        figure("sweep: met by no fault", f"{name}: {trigger}")
    assert {each for each in wanted - covered if each[0] in ours} == set(), (
        "no scenario of tests/faults/scenarios.py runs these"
    )
    assert covered <= wanted
    figure("sweep: calls of functions", len(scenarios))
    figure("sweep: calls that meet a fault", _faults(scenarios))


def test_an_operation_without_listed_faults_is_an_error(
    templates: Templates,
) -> None:
    with (
        deployment(templates) as world,
        world.hook.running("payment", "a test"),
        pytest.raises(UnknownOperation, match="ListTables"),
    ):
        CLIENTS.hooked("dynamodb").list_tables()


def _faults(found: Iterable[CallPath]) -> int:
    return sum(len(applicable(path[-1].partition(" ")[0])) for path in found)
