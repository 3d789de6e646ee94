"""What a run of the tests found, in numbers: tests state figures, the end of the run shows them."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest

TITLE = "fit for an account"
_PREFIX = "figure: "

type Figure = Callable[[str, int | str], None]
"""Takes a name, such as `roles, prod`, and what was counted under it."""


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Figure:
    """Return what states a figure, to be shown once at the end of the run:

        def test_every_grant_is_used(figure: Figure) -> None:
            ...
            figure("roles, prod", len(roles))

    State it before the assertion on it, so that a run that fails shows it, too. Figures travel with
    the tests' reports, from whatever process a test runs in. A name has one value: what tests state
    differently is shown a line each, so a test that is run for several stages names the stage.
    """

    def state(name: str, value: int | str) -> None:
        record_property(_PREFIX + name, value)

    return state


def figures(reports: Iterable[Any]) -> list[tuple[str, str]]:
    """Return the figures in tests' reports, sorted, each once."""
    return sorted(
        {
            (name.removeprefix(_PREFIX), str(value))
            for report in reports
            for name, value in getattr(report, "user_properties", ())
            if name.startswith(_PREFIX)
        }
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show the figures of all tests that ran; nothing, if none stated one."""
    reports = (report for group in terminalreporter.stats.values() for report in group)
    found = figures(reports)
    if not found:
        return
    width = max(len(name) for name, _ in found)
    terminalreporter.section(TITLE)
    for name, value in found:
        terminalreporter.line(f"{name:<{width}}  {value}")
