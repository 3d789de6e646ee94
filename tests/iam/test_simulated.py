"""Simulated shops have no AWS; what their functions ask of tables and log, their roles may do."""

from collections.abc import Callable
from typing import Any

import pytest

from functions import names
from functions.map import CONSUMERS
from infra.grants import APPEND_TO_LOG, QUERY, TABLE_ACTIONS
from simulation import lambdas
from simulation.campaign import run
from simulation.scenario import Scenario
from simulation.world import World
from tests.iam.conftest import STAGES, Walk
from tests.iam.needs import Need
from tests.support.summary import Figure
from tests.support.template import table_arn

WORLDS = 10
ORDERS = 10
STAGE = "dev"

ACTIONS = {
    "get": TABLE_ACTIONS["get"],
    "put": TABLE_ACTIONS["put"],
    "overwrite": TABLE_ACTIONS["put"],
    "remove": TABLE_ACTIONS["remove"],
    "page": TABLE_ACTIONS["page"],
    "all": TABLE_ACTIONS["list"],
    "listed": QUERY,
}
"""What each method of a table's port is in IAM's words; `listed` is on its index."""


class Noted:
    """A port of a table that notes which of its methods are asked for."""

    def __init__(self, port: Any, note: Callable[[str], object]) -> None:
        self._port = port
        self._note = note

    def __getattr__(self, method: str) -> Any:
        self._note(method)
        return getattr(self._port, method)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, str]]:
    """What was asked of tables: the table that there is, and the method."""
    found: list[tuple[Any, str]] = []
    for name in ("SteppedRows", "SteppedRecords"):
        port = getattr(lambdas, name)

        def noted(table: Any, port: Any = port) -> Noted:
            return Noted(port(table), lambda method: found.append((table, method)))

        monkeypatch.setattr(lambdas, name, noted)
    return found


def test_what_functions_do_in_simulated_shops_their_roles_may_do(
    asked: list[tuple[Any, str]], walked: Walk, figure: Figure
) -> None:
    owners = {table.name: (row, table) for row in CONSUMERS for table in row.possible_tables}
    stage = STAGES[STAGE].name
    needs = set()
    for seed in range(WORLDS):
        asked.clear()
        world = run(Scenario(seed=seed, orders=ORDERS)).world
        for order in world.shop.log.orders():
            for event in world.shop.log.read(order):
                needs.add((event.source, Need(APPEND_TO_LOG, table_arn(names.log_table(stage)))))
        for table, method in asked:
            row, own = owners[name_of(world, table)]
            arn = table_arn(names.own_table(stage, row.name, own.name))
            index = f"/index/{own.index}" if method == "listed" else ""
            needs.add((row.name, Need(ACTIONS[method], arn + index)))

    roles = walked(STAGE).roles
    missing = [
        (who, need)
        for who, need in needs
        if not any(grant.covers(need) for grant in roles[who].grants)
    ]
    figure("simulations: kinds of calls mapped", len(needs))
    figure("simulations: rights missing", len(missing))
    assert missing == []
    assert {who for who, _ in needs} >= {"checkout", "payment", "orders", "analytics", "shipping"}


def name_of(world: World, table: Any) -> str:
    """Return the name of a table of a world."""
    rows = [name for name, rows in world.shop.rows.items() if rows is table]
    return rows[0] if rows else str(table.name)
