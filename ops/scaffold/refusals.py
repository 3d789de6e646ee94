"""Refusals: why a consumer or an event type cannot have a name, and what has it already."""

import ast
import builtins
import re
from collections.abc import Iterable
from difflib import get_close_matches
from keyword import iskeyword, issoftkeyword

from events import codec
from events.envelope import Fact
from functions import names
from functions.framework.service import NAME, TAKEN
from ops.cli.errors import CommandError, ExitCode
from ops.scaffold.checkout import CODEC, CONTRACTS, MAP, SAMPLES, SCHEMAS, TESTS, Checkout

TYPE = "([A-Z][a-z]+){2,}"
"""The pattern of a new event type: two words or more, such as OrderFlagged."""

LONGEST_TYPE = 40
OURS = frozenset({"ClassVar", "FakeProvider"})
"""Names of two words that templates import or define."""


def check_consumer_name(tree: Checkout, name: str) -> None:
    """Check that a consumer may have the name.

    Raises:
        CommandError: the message names what has it, or the pattern.
    """
    if not re.fullmatch(NAME, name):
        raise _usage(
            f"{name!r} is not a name of a consumer: use at most 31 small letters and digits, a"
            " letter first, such as loyalty."
        )
    if iskeyword(name) or issoftkeyword(name):
        raise _refused(name, "Python, whose keyword it is")
    if name in TAKEN:
        raise _refused(name, _owner_of(name))
    if tree.exists(f"functions/{name}"):
        what = "service" if tree.exists(f"functions/{name}/service.py") else "folder"
        raise _refused(name, f"the {what} in functions/{name}/")
    if name.upper() in tree.names_in(MAP):
        raise _refused(name, f"{name.upper()} in {MAP}")
    if tree.exists(f"{TESTS}/{name}"):
        raise _refused(name, f"the tests in {TESTS}/{name}/")
    for path, module in tree.contract_modules().items():
        if name in _sources(module):
            raise _refused(name, f"{path}, where a type has it among its sources")


def check_contract_module(tree: Checkout, name: str) -> None:
    """Check that a module of contracts may have a service's name.

    Raises:
        CommandError: the message names what has it.
    """
    if tree.exists(f"{CONTRACTS}/{name}.py"):
        raise _refused(name, f"{CONTRACTS}/{name}.py")
    if name in tree.names_in(CODEC):
        raise _refused(name, f"{name} in {CODEC}, which is to import {CONTRACTS}/{name}.py")
    if hasattr(builtins, name):
        raise _refused(name, f"Python's own {name}, which {CODEC} would lose by its import")


def check_type_name(tree: Checkout, name: str) -> None:
    """Check that a new event type may have the name.

    Raises:
        CommandError: the message names what has it, or the pattern.
    """
    if not re.fullmatch(TYPE, name) or len(name) > LONGEST_TYPE:
        raise _usage(
            f"{name!r} is not a name of an event type: use a noun and what happened to it, at most"
            f" {LONGEST_TYPE} letters, such as OrderFlagged."
        )
    if name in OURS:
        raise _refused(name, f"{name} in the code that would be written")
    for path, module in tree.contract_modules().items():
        if any(isinstance(each, ast.ClassDef) and each.name == name for each in module.body):
            raise _refused(name, f"the contract in {path}")
    for folder in (SCHEMAS, SAMPLES):
        for published in sorted((tree.root / folder).glob(f"{name}.*.json")):
            raise _refused(name, f"{folder}/{published.name}; a type's name is not used again")


def published_types(wanted: Iterable[str]) -> tuple[type[Fact], ...]:
    """Return the contracts of event types, each once.

    Raises:
        CommandError: one is unknown; the message names those that are like it.
    """
    return tuple(_published(name) for name in dict.fromkeys(wanted))


def _published(name: str) -> type[Fact]:
    if name in codec.CONTRACTS:
        return codec.CONTRACTS[name]
    known = {each.lower(): each for each in codec.CONTRACTS}
    close = [known[each] for each in get_close_matches(name.lower(), known)]
    hint = f" Did you mean {' or '.join(close)}?" if close else ""
    raise _usage(
        f"There is no event type {name!r}.{hint} The types are {', '.join(codec.CONTRACTS)}."
    )


def check_service(tree: Checkout, name: str) -> None:
    """Check that a service exists.

    Raises:
        CommandError: it does not; the message names those that do.
    """
    if not re.fullmatch(NAME, name) or not tree.exists(f"functions/{name}/service.py"):
        folders = sorted(tree.root.glob("functions/*/service.py"))
        known = [path.parent.name for path in folders if path.parent.name not in TAKEN]
        raise _usage(f"There is no service {name!r}; the services are {', '.join(known)}.")


def _owner_of(name: str) -> str:
    """Return what has a reserved name."""
    stage = "STAGE"
    resources = {
        names.prefixed(stage, "bus"): "the stack of the bus",
        names.topic(stage): "the topic",
        names.log_table(stage): "the table of the log",
        names.undelivered(stage): "the queue of undelivered messages",
        names.unpublished(stage): "the queue of unpublished events",
    }
    for resource, about in resources.items():
        if resource.removesuffix(".fifo") == names.prefixed(stage, name):
            return f"{about} of every stage, {resource}"
    return f"functions/{name}, which is no service"


def _sources(module: ast.Module) -> set[str]:
    """Return the texts in all assignments of `sources` of a module."""
    return {
        each.value
        for node in ast.walk(module)
        if isinstance(node, ast.AnnAssign | ast.Assign) and node.value
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name) and target.id == "sources"
        for each in ast.walk(node.value)
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    }


def _usage(message: str) -> CommandError:
    return CommandError(f"{message} Nothing was written.", ExitCode.USAGE)


def _refused(name: str, owner: str) -> CommandError:
    return CommandError(
        f"The name {name!r} is taken by {owner}. Choose another one; nothing was written.",
        ExitCode.REFUSED,
    )
