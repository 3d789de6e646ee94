"""Drafts of a new consumer and of a new event type."""

from collections.abc import Iterable
from typing import Any

from events.contracts.checkout import OrderPlaced
from events.envelope import Event, Fact
from ops.scaffold.checkout import CODEC, CONTRACTS, MAP, SAMPLES, TESTS, Checkout
from ops.scaffold.draft import Draft
from ops.scaffold.example import new_sample, sample_of, types_in
from ops.scaffold.insert import add_import, add_row
from ops.scaffold.refusals import (
    check_consumer_name,
    check_contract_module,
    check_type_name,
)
from ops.scaffold.render import formatted, render
from ops.scaffold.request import NewConsumer, NewEvent


def draft_consumer(tree: Checkout, consumer: NewConsumer) -> Draft:
    """Return the files of a new consumer.

    Raises:
        CommandError: a name is taken, or the checkout has no place for a line.
    """
    tree.check()
    check_consumer_name(tree, consumer.name)
    examples = [sample_of(tree, contract) for contract in consumer.on]
    values = _values(consumer, examples)
    folder = f"functions/{consumer.name}"
    modules = ["__init__", "reactions", "service"]
    modules += ["projection"] * consumer.table + ["provider"] * consumer.outside
    new = {f"{folder}/{module}.py": render(f"{module}.py", **values) for module in modules}
    new[f"{TESTS}/{consumer.name}/test_{consumer.name}.py"] = render("test.py", **values)
    row = consumer.name.upper()
    line = f"from {folder.replace('/', '.')}.service import SERVICE as {row}"
    the_map = add_row(MAP, tree.read(MAP), "CONSUMERS", row)
    changed = {MAP: add_import(MAP, the_map, line)}
    if consumer.fact is None:
        return _formatted(tree, new, changed)
    check_type_name(tree, consumer.fact.name)
    check_contract_module(tree, consumer.name)
    contract = _draft_contract(tree, consumer.fact, cause=examples[0])
    return _formatted(tree, new | contract.new, changed | contract.changed)


def draft_event(tree: Checkout, event: NewEvent) -> Draft:
    """Return the files of a new event type.

    Raises:
        CommandError: a name is taken, or the checkout has no place for a line.
    """
    tree.check()
    check_type_name(tree, event.name)
    if not tree.exists(f"{CONTRACTS}/{event.service}.py"):
        check_contract_module(tree, event.service)
    contract = _draft_contract(tree, event, cause=sample_of(tree, OrderPlaced))
    return _formatted(tree, contract.new, contract.changed)


def _draft_contract(tree: Checkout, event: NewEvent, *, cause: Event[Fact]) -> Draft:
    """Return the contract, its row in the codec, and its sample; `make contracts` seals that."""
    module = f"{CONTRACTS}/{event.service}.py"
    text = tree.read(CODEC)
    like = f"{event.service}."
    text = add_row(CODEC, text, "CONTRACTS", f"{event.service}.{event.name}", like=like)
    new = {f"{SAMPLES}/{event.name}.1.json": new_sample(event, cause)}
    changed = {CODEC: text}
    if tree.exists(module):
        changed[module] = tree.read(module) + render("fact.py", event=event)
    else:
        new[module] = render("contract.py", event=event)
        line = f"from {CONTRACTS.replace('/', '.')} import {event.service}"
        changed[CODEC] = add_import(CODEC, text, line)
    return Draft(new=new, changed=changed)


def _formatted(tree: Checkout, new: dict[str, str], changed: dict[str, str]) -> Draft:
    """Return a draft whose modules ruff has formatted."""
    made, edited = formatted(tree, _modules(new), _modules(changed))
    return Draft(new=new | made, changed=changed | edited)


def _modules(texts: dict[str, str]) -> dict[str, str]:
    return {path: text for path, text in texts.items() if path.endswith(".py")}


def _values(consumer: NewConsumer, examples: list[Event[Fact]]) -> dict[str, Any]:
    """Return the values of a consumer's templates."""
    kinds = [kind for each in examples for kind in types_in(each.data)]
    return {
        "consumer": consumer,
        "name": consumer.name,
        "fact": consumer.fact,
        "types": [contract.__name__ for contract in consumer.on],
        "imports": _imports(consumer.on),
        "example_imports": _imports(kinds),
        "examples": [_expression(each) for each in examples],
        "many": len(consumer.on) > 1,
    }


def _imports(kinds: Iterable[type[Any]]) -> list[str]:
    lines = (f"from {kind.__module__} import {kind.__name__}" for kind in kinds)
    return list(dict.fromkeys(lines))


def _expression(example: Event[Fact]) -> str:
    """Return an event of the test's order, as an expression."""
    if isinstance(example.data, OrderPlaced):
        return "PLACED"
    return f"then(PLACED, {example.data!r})"
