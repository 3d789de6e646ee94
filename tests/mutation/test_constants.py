"""Mutants of constants: which are made of a source, and how a module is loaded with one."""

import importlib.util
from pathlib import Path

import pytest

from events import money
from tests.mutation.constant_runs import _Mutated, controls, modules
from tests.mutation.constants import mutants

NOW = {
    "A = 3": ["A = 4", "A = 2"],
    "A: int = 0": ["A: int = 1"],
    "A = 15 * 60": ["A = 15 * 60 + 1"],
    "A = 0.5": ["A = 0.25"],
    "A = True": ["A = False"],
    "A = 'b'": ["A = 'XXbXX'"],
    "A = rf'{B}c'": ["A = \"XX\" + rf'{B}c'"],
    "A = ('b', c)": ["A = (c)", "A = ('b')"],
    "A = (1,)": ["A = ()", "A = (2,)"],
    "A = frozenset({'b'})": ["A = frozenset(set())"],
    "A = {'b': 1, c: 2}": [
        "A = {c: 2}",
        "A = {'b': 1}",
        "A = {'b': 2, c: 2}",
        "A = {'b': 1, c: 3}",
    ],
    "A = timedelta(hours=12)": ["A = timedelta(hours=13)"],
    "A = Param(about='a text for people', most=2)": [
        "A = Param(about='a text for people', most=3)"
    ],
    "type A = Literal['b']": ["type A = Literal['XXbXX']"],
    "class A(B, frozen=True, forbid_unknown_fields=True): ...": [
        "class A(B, frozen=True, forbid_unknown_fields=False): ..."
    ],
    "class A:\n    b: tuple[str, int] = 1": ["b: tuple[str, int] = 2"],
    "def a(): return 1": [],
    "'''A docstring.'''": [],
    "A = lambda: 1": [],
}
"""What is made of a line: the line of each mutant."""


@pytest.mark.parametrize("source", NOW)
def test_each_constant_of_a_source_is_mutated(source: str, tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text(source)
    found = list(mutants(file))

    assert [mutant.change().now for mutant in found] == NOW[source]
    last = source.splitlines()[-1].strip() if source else ""
    assert {mutant.change().was for mutant in found} <= {last}
    for mutant in found:
        compile(mutant.source(), str(file), "exec")


def test_a_module_is_loaded_with_its_mutant() -> None:
    mutant = next(each for each in mutants(Path("events/money.py")) if "_USUAL" in each.at)
    assert mutant.change()[:2] == ("events.money._USUAL_DIGITS", "_USUAL_DIGITS = 2")

    spec = _Mutated(mutant).find_spec(money.__name__, None)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    assert (module._USUAL_DIGITS, money._USUAL_DIGITS) == (3, 2)
    assert _Mutated(mutant).find_spec("events.order", None) is None


def test_the_mutated_modules_are_those_of_the_functions_but_for_rows() -> None:
    paths = {str(path) for path in modules()}

    assert {"events/money.py", "functions/checkout/request.py"} <= paths
    assert not any(path.endswith(("service.py", "routes.py", "proof.py")) for path in paths)
    assert {control.is_control for control in controls(modules())} == {True}
