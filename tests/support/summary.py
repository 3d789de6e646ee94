"""Figures that tests report, such as numbers of roles, in a table at the end of the run."""

from collections.abc import Callable

import pytest

TITLE = "fit for an account"
_PREFIX = "figure: "

type Figure = Callable[[str, int | str], None]
"""Takes a name, such as `roles, prod`, and a value."""


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Figure:
    """Return a function that reports a figure, such as `figure("roles, prod", len(roles))`.

    Report it before the assertion on it, so that a failed run shows it too. Each pair of name and
    value is shown once, so a test that runs for several stages puts the stage into the name.
    """
    return lambda name, value: record_property(_PREFIX + name, value)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show the figures of all tests, which travel with their reports from any process."""
    figures = {
        (name.removeprefix(_PREFIX), str(value))
        for reports in terminalreporter.stats.values()
        for report in reports
        for name, value in getattr(report, "user_properties", ())
        if name.startswith(_PREFIX)
    }
    if not figures:
        return
    width = max(len(name) for name, _ in figures)
    terminalreporter.section(TITLE)
    for name, value in sorted(figures):
        terminalreporter.line(f"{name:<{width}}  {value}")
