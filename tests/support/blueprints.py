"""Blueprints of synthesized stages, and changed ones."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from infra.stage import DEV, PROD, Stage
from ops.stage.templates import FUNCTION, Blueprint, read
from tests.support.assembly import once, synthesize


def folder(factory: pytest.TempPathFactory, stage: Stage) -> Path:
    return once(factory, stage.name, lambda out: synthesize(out, stage)).folder


@pytest.fixture(scope="session")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Blueprint:
    return read(folder(tmp_path_factory, DEV))


@pytest.fixture(scope="session")
def prod(tmp_path_factory: pytest.TempPathFactory) -> Blueprint:
    return read(folder(tmp_path_factory, PROD))


def changed(blueprint: Blueprint, kind: str, change: Callable[[Any], object]) -> Blueprint:
    """Return a copy with a change of the properties of each resource of a type."""
    copied = deepcopy(blueprint)
    for properties in copied.properties(kind):
        change(properties)
    return copied


def configured(blueprint: Blueprint, service: str, **settings: str) -> Blueprint:
    """Return a copy in which a service's function has these settings as well."""

    def change(function: Any) -> None:
        variables = function["Environment"]["Variables"]
        if variables["FANFARE_SERVICE"] == service:
            variables |= {f"FANFARE_{name.upper()}": value for name, value in settings.items()}

    return changed(blueprint, FUNCTION, change)


def alarming(blueprint: Blueprint, topic: str) -> Blueprint:
    """Return a copy whose alarms notify a topic."""
    return changed(
        blueprint, "AWS::CloudWatch::Alarm", lambda each: each.update(AlarmActions=[topic])
    )
