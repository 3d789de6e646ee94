"""Blueprints of stages, from the same syntheses that the tests of infra read, and changed ones."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra.stage import DEV, PROD, Stage
from ops.stage.templates import Blueprint, Stack, read
from tests.support.assembly import once, synthesize


def folder(factory: pytest.TempPathFactory, stage: Stage) -> Path:
    """Return where a stage is synthesized, once a run."""
    return once(factory, stage.name, lambda out: synthesize(out, stage)).folder


def of(factory: pytest.TempPathFactory, stage: Stage) -> Blueprint:
    """Return a stage's blueprint."""
    return read(folder(factory, stage))


@pytest.fixture(scope="session")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Blueprint:
    return of(tmp_path_factory, DEV)


@pytest.fixture(scope="session")
def prod(tmp_path_factory: pytest.TempPathFactory) -> Blueprint:
    return of(tmp_path_factory, PROD)


def told(blueprint: Blueprint, service: str, **settings: str) -> Blueprint:
    """Return a blueprint in which a service's function is told more, or otherwise."""

    def changed(resource: Mapping[str, Any]) -> Mapping[str, Any]:
        variables = resource["Properties"]["Environment"]["Variables"]
        if variables["FANFARE_SERVICE"] != service:
            return resource
        more = {f"FANFARE_{name.upper()}": value for name, value in settings.items()}
        return {
            **resource,
            "Properties": resource["Properties"] | {"Environment": {"Variables": variables | more}},
        }

    return _each(blueprint, "AWS::Lambda::Function", changed)


def alarming(blueprint: Blueprint, topic: str) -> Blueprint:
    """Return a blueprint whose alarms tell a topic."""
    return _each(
        blueprint,
        "AWS::CloudWatch::Alarm",
        lambda alarm: {**alarm, "Properties": alarm["Properties"] | {"AlarmActions": [topic]}},
    )


def forgetful(blueprint: Blueprint) -> Blueprint:
    """Return a blueprint whose tables cannot be restored."""

    def changed(table: Mapping[str, Any]) -> Mapping[str, Any]:
        properties = dict(table["Properties"])
        properties.pop("PointInTimeRecoverySpecification", None)
        return {**table, "Properties": properties}

    return _each(blueprint, "AWS::DynamoDB::Table", changed)


def with_more(blueprint: Blueprint, kind: str, number: int = 1) -> Blueprint:
    """Return a blueprint with so many more resources of a type."""
    first, *others = blueprint.stacks
    more = {f"More{index}": {"Type": kind, "Properties": {}} for index in range(number)}
    template = {**first.template, "Resources": {**first.template["Resources"], **more}}
    return Blueprint((replace(first, template=template), *others))


def _each(blueprint: Blueprint, kind: str, change: Any) -> Blueprint:
    def of_stack(stack: Stack) -> Stack:
        resources = {
            name: change(resource) if resource["Type"] == kind else resource
            for name, resource in stack.template["Resources"].items()
        }
        return replace(stack, template={**stack.template, "Resources": resources})

    return Blueprint(tuple(map(of_stack, blueprint.stacks)))
