"""Composition of every service from the environment of its function."""

import sys
from pathlib import Path
from typing import Any

import pytest

from functions import map as the_map
from functions.framework.service import Service
from functions.runtime import settings
from functions.runtime.main import build, find
from functions.runtime.settings import MissingSetting
from tests.functions.conftest import Stage

SERVICES = pytest.mark.parametrize("service", the_map.SERVICES, ids=lambda service: service.name)


@SERVICES
def test_every_service_is_found_by_its_name(service: Service) -> None:
    assert find(service.name) is service


@SERVICES
def test_every_service_is_built_from_its_environment(stage: Stage, service: Service) -> None:
    assert callable(build(stage.environ(service), clients=stage.connection))


NEEDED = [
    ("checkout", settings.LOG),
    ("checkout", "FANFARE_TABLE_CATALOGUE"),
    ("checkout", "FANFARE_TABLE_LIST"),
    ("payment", settings.LOG),
    ("payment", settings.QUEUE),
    ("payment", "FANFARE_TABLE_LEDGER"),
    ("inventory", "FANFARE_TABLE_STOCK"),
    ("ordering", settings.QUEUE),
    ("shipping", "FANFARE_TABLE_PARCELS"),
    ("relay", settings.TOPIC),
    ("relay", settings.UNPUBLISHED),
    ("relay", settings.SERVICE),
]


@pytest.mark.parametrize("empty", [False, True], ids=["missing", "empty"])
@pytest.mark.parametrize(("name", "variable"), NEEDED)
def test_a_missing_variable_is_an_error_with_its_name_and_a_remedy(
    stage: Stage, name: str, variable: str, empty: bool
) -> None:
    environ = stage.environ(find(name))
    del environ[variable]

    with pytest.raises(MissingSetting) as missing:
        build(environ | ({variable: ""} if empty else {}), clients=stage.connection)

    message = str(missing.value)
    assert message.startswith(f"The environment variable {variable} is not set.")
    assert "deploy the stack again" in message
    assert "\n" not in message


def test_the_relay_needs_no_table_and_no_consumer_queue(stage: Stage) -> None:
    environ = stage.environ(the_map.BUS)
    del environ[settings.LOG], environ[settings.QUEUE]

    build(environ, clients=stage.connection)


def test_the_variable_of_a_name_with_a_hyphen_has_an_underscore() -> None:
    assert settings.table_variable("daily-sums") == "FANFARE_TABLE_DAILY_SUMS"


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A package beside `functions`, as another repository has it; `listener` is its row."""
    package = "example_elsewhere"
    folder = tmp_path / package
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "service.py").write_text(
        "from events.contracts.checkout import OrderPlaced\n"
        "from functions.framework.reaction import On\n"
        "from functions.framework.service import Consumer\n"
        "on = On(event=OrderPlaced, react=lambda _: None)\n"
        f"SERVICE = Consumer(name='listener', package={package!r}, on=(on,))\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, f"{package}.service", raising=False)
    return package


def test_a_service_of_another_repository_is_built_from_its_package(
    stage: Stage, elsewhere: str
) -> None:
    row = find("listener", elsewhere)
    environ = {settings.SERVICE: "listener", settings.LOG: "log", settings.QUEUE: "queue"}

    assert row.package == elsewhere
    assert callable(build(environ | {settings.PACKAGE: elsewhere}, clients=stage.connection))
    with pytest.raises(ModuleNotFoundError, match=r"functions\.listener"):
        build(environ, clients=stage.connection)


def test_a_package_with_a_row_of_another_name_is_an_error(elsewhere: str) -> None:
    with pytest.raises(
        TypeError, match=r"elsewhere\.service\.SERVICE is named listener, not stamps"
    ):
        find("stamps", elsewhere)


def test_a_module_without_a_service_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    declaration: Any = "functions.relay.service.SERVICE"
    monkeypatch.setattr(declaration, "a relay")

    with pytest.raises(TypeError, match=r"functions\.relay\.service\.SERVICE is 'a relay'"):
        find("relay")
