"""Simulated functions call ports only; their roles allow the AWS calls of these ports."""

from collections.abc import Callable
from typing import Any

import pytest

from functions import names
from functions.map import CONSUMERS
from infra.grants import APPEND_TO_LOG, QUERY, TABLE_ACTIONS
from simulation import lambdas
from simulation.campaign import run
from simulation.scenario import Scenario
from tests.iam.conftest import STAGES, Records
from tests.iam.permissions import Permission
from tests.iam.policies import missing
from tests.support.summary import Figure
from tests.support.template import table_arn

WORLDS = 10
ORDERS = 10
STAGE = "local"  # it has a sender, as the simulator

ACTIONS = {
    "get": TABLE_ACTIONS["get"],
    "put": TABLE_ACTIONS["put"],
    "overwrite": TABLE_ACTIONS["put"],
    "remove": TABLE_ACTIONS["remove"],
    "page": TABLE_ACTIONS["page"],
    "all": TABLE_ACTIONS["list"],
    "listed": QUERY,
}
"""The IAM action of each method of a table's port; `listed` is on its index."""


class RecordingPort:
    """A port of a table that records the names of its methods that are used."""

    def __init__(self, port: Any, record: Callable[[str], object]) -> None:
        self._port = port
        self._record = record

    def __getattr__(self, method: str) -> Any:
        self._record(method)
        return getattr(self._port, method)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, str]]:
    """The calls of tables' ports: the table, and the method."""
    found: list[tuple[Any, str]] = []
    for name in ("SteppedRows", "SteppedRecords"):
        port = getattr(lambdas, name)

        def recording(table: Any, port: Any = port) -> RecordingPort:
            return RecordingPort(port(table), lambda method: found.append((table, method)))

        monkeypatch.setattr(lambdas, name, recording)
    return found


def test_roles_allow_all_calls_of_simulated_functions(
    calls: list[tuple[Any, str]], recorded: Records, figure: Figure
) -> None:
    stage = STAGES[STAGE].name
    needs = set()
    for seed in range(WORLDS):
        calls.clear()
        world = run(Scenario(seed=seed, orders=ORDERS)).world
        for order in world.shop.log.orders():
            for event in world.shop.log.read(order):
                needs.add(
                    (event.source, Permission(APPEND_TO_LOG, table_arn(names.log_table(stage))))
                )
        owners = {
            id(port(row.name, own.name)): (row, own)
            for row in CONSUMERS
            for own in row.possible_tables
            for port in (world.shop.own.rows if own.sort else world.shop.own.items,)
        }
        for table, method in calls:
            row, own = owners[id(table)]
            arn = table_arn(names.own_table(stage, row.name, own.name))
            index = f"/index/{own.index}" if method == "listed" else ""
            needs.add((row.name, Permission(ACTIONS[method], arn + index)))

    roles = recorded(STAGE).roles
    found = missing(needs, roles)
    figure("simulations: kinds of calls mapped", len(needs))
    figure("simulations: permissions missing", len(found))
    assert found == []
    assert {role for role, _ in needs} >= {"checkout", "payment", "orders", "analytics", "shipping"}
