"""Figures that tests state are shown at the end of the run, from whatever process they come."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytest_plugins = ["pytester"]

STATED = """
import pytest

@pytest.mark.parametrize("stage", ["prod", "dev"])
def test_counts(figure, stage):
    figure(f"roles, {stage}", 11)
    figure("calls mapped", 42)

def test_fails(figure):
    figure("missing grants", 1)
    assert False
"""


@pytest.fixture(autouse=True)
def bare(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project that has this one plugin, and so starts fast."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makeini(f"[pytest]\npythonpath = {ROOT}\naddopts = --import-mode=importlib\n")
    pytester.makeconftest("from tests.support.summary import figure, pytest_terminal_summary\n")


def test_figures_are_shown_sorted_and_once_also_by_a_run_in_processes_that_fails(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(STATED)

    shown = pytester.runpytest_subprocess("-p", "xdist", "-n", "2").outlines

    heading = next(number for number, line in enumerate(shown) if "fit for an account" in line)
    assert shown[heading + 1 : heading + 5] == [
        "calls mapped    42",
        "missing grants  1",
        "roles, dev      11",
        "roles, prod     11",
    ]


def test_a_run_without_figures_shows_no_table(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_passes():\n    pass\n")

    assert "fit for an account" not in pytester.runpytest_inprocess().stdout.str()
