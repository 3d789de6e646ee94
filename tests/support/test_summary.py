"""The table of figures at the end of a run, also of a run in several processes."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytest_plugins = ["pytester"]

TESTS = """
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
    """Create a project with only this plugin, so that it starts fast."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makeini(f"[pytest]\npythonpath = {ROOT}\naddopts = --import-mode=importlib\n")
    pytester.makeconftest("from tests.support.summary import figure, pytest_terminal_summary\n")


def test_a_failed_run_in_two_processes_shows_each_figure_once_and_sorted(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(TESTS)

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
