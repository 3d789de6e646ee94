import sys
from importlib.metadata import EntryPoint
from types import SimpleNamespace
from typing import Any

import pytest

from events.contracts.checkout import OrderPlaced
from functions.framework.reaction import On
from functions.framework.service import Consumer
from functions.map import CONSUMERS
from ops.cli.errors import CommandError
from ops.logs.filter import Filter
from ops.stage import consumers
from ops.stage.consumers import GROUP, known_consumers
from ops.stage.lookups import consumer_named

ROW = Consumer(
    name="examplestamps",
    package="example_stamps",
    on=(On(event=OrderPlaced, react=print),),
)
TAKEN = Consumer(name="email", package="example_stamps", on=ROW.on)
NO_ROW = "stamps"


def declare(monkeypatch: pytest.MonkeyPatch, attribute: str) -> None:
    """Let an installed package declare an attribute of this module as its row."""
    point = EntryPoint(name="stamps", value=f"{__name__}:{attribute}", group=GROUP)
    declared: dict[str, Any] = {GROUP: [point]}
    monkeypatch.setattr(consumers, "entry_points", lambda group: declared[group])
    monkeypatch.setitem(sys.modules, __name__, SimpleNamespace(ROW=ROW, NO_ROW=NO_ROW, TAKEN=TAKEN))


def test_without_a_package_only_the_rows_of_the_map_are_known() -> None:
    assert known_consumers() == CONSUMERS


def test_commands_know_the_row_of_an_installed_package(monkeypatch: pytest.MonkeyPatch) -> None:
    declare(monkeypatch, "ROW")

    assert consumer_named(ROW.name) is ROW
    assert consumer_named("email") in CONSUMERS
    assert Filter.of([ROW.name], None).services == {ROW.name}


@pytest.mark.parametrize(
    ("attribute", "reason"),
    [
        ("MISSING", r"\(fanfare\.consumers\) cannot be loaded: .*Mend the package"),
        ("NO_ROW", "is str, not a Consumer"),
        ("TAKEN", r"has the name email, which is taken by a row of functions/map\.py"),
    ],
)
def test_an_unusable_declaration_is_refused_with_its_entry_point(
    monkeypatch: pytest.MonkeyPatch, attribute: str, reason: str
) -> None:
    declare(monkeypatch, attribute)

    with pytest.raises(CommandError, match=reason) as refused:
        consumer_named("examplestamps")
    assert str(refused.value).startswith(f"The entry point stamps = {__name__}:{attribute} ")
