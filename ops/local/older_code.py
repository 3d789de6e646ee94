"""Functions of a local cloud whose code is older than the code on disk."""

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from ops.local.update_code import package
from ops.paths import ROOT
from ops.stage.connection import Connection
from ops.stage.templates import FUNCTION, Blueprint

NAMED = 3
"""The most services that are named."""


def older_code(connection: Connection, made: Blueprint, root: Path = ROOT) -> list[str]:
    """Return the services that are deployed with other code than the templates `made` just now.

    Code that `fanfare run --watch` has put live is not older, though its template is.
    """
    found = []
    for stack in made.stacks:
        deployed = _code(_deployed(connection, stack.name))
        for function, asset in _code(stack.template).items():
            service = function.removeprefix(connection.function(""))
            if deployed.get(function, asset) != asset and not _live(connection, service, root):
                found.append(service)
    return sorted(found)


def hint(services: list[str]) -> str:
    """Return a sentence about services with older code, and the command that deploys them."""
    if len(services) > NAMED:
        return f"{len(services)} services have older code: `fanfare deploy --all` deploys all."
    one = len(services) == 1
    command = f"fanfare deploy {' '.join(services)}"
    return f"{', '.join(services)} {'has' if one else 'have'} older code as well: `{command}`."


def _code(template: Mapping[str, Any]) -> dict[str, str]:
    """Return the names of the code assets in a template, by function."""
    resources = (each for each in template.get("Resources", {}).values())
    functions = (each["Properties"] for each in resources if each["Type"] == FUNCTION)
    return {each["FunctionName"]: each["Code"]["S3Key"] for each in functions}


def _deployed(connection: Connection, stack: str) -> Mapping[str, Any]:
    """Return the deployed template of a stack; an empty one if it does not exist."""
    client = connection.client("cloudformation")
    try:
        template: Mapping[str, Any] = client.get_template(StackName=stack)["TemplateBody"]
    except client.exceptions.ClientError as error:
        if "does not exist" in str(error):
            return {}
        raise
    return template


def _live(connection: Connection, service: str, root: Path) -> bool:
    """Return whether a function has the code that is on disk."""
    found = connection.client("lambda").get_function_configuration(
        FunctionName=connection.function(service)
    )
    return b64encode(sha256(package(root, service)).digest()).decode() == str(found["CodeSha256"])
