"""`fanfare tail` up to now: one look at the logs, then the end."""

import time
from datetime import timedelta
from typing import Any

import pytest

from ops.cli.errors import ExitCode
from ops.cli.options import Options
from ops.logs.filter import Filter
from ops.logs.tail import tail
from ops.stage.connection import Connection
from tests.ops.conftest import FakeLogs

GROUP = "logs of fanfare-local-analytics"


def line(order: str, **known: Any) -> dict[str, Any]:
    usual = {"timestamp": "2026-11-23 09:00:00,000+0000", "service": "analytics"}
    noted = {"outcome": "done", "order": order, "type": "OrderPlaced", "event": f"{order}/placed"}
    return usual | noted | known


def shown(
    connection: Connection, capsys: pytest.CaptureFixture[str], only: Filter, **given: Any
) -> list[list[str]]:
    since = given.pop("since", None)
    assert tail(connection, Options(), only, since, follow=False) is ExitCode.DONE
    return [printed.split()[1:] for printed in capsys.readouterr().out.splitlines()]


def test_lines_of_the_last_minutes_are_printed_at_once(
    here: Connection, logs: FakeLogs, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.write(GROUP, line("OLD1"), time.time() - 3600)
    logs.write(GROUP, line("NEW1"), time.time() - 60)
    logs.write(GROUP, line("NOW1"), time.time())

    assert [words[0] for words in shown(here, capsys, Filter())] == ["NEW1", "NOW1"]
    earlier = shown(here, capsys, Filter(), since=timedelta(hours=2))
    assert earlier[0] == ["OLD1", "-", "noted", "analytics", "OrderPlaced"]


def test_a_correlation_id_is_the_term_that_the_logs_are_searched_for(
    here: Connection, logs: FakeLogs, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.write(GROUP, line("ONE1", correlation="r-1"), time.time())
    logs.write(GROUP, line("TWO2", correlation="r-2"), time.time())

    found = shown(here, capsys, Filter.of(correlation="r-2"))

    assert [words[0] for words in found] == ["TWO2"]
    assert {request["filterPattern"] for request in logs.requests} == {'"r-2"'}
