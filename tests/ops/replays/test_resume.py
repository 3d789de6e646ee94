"""An interrupted job is resumed where it stopped, or refused with the reason."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import Mock, patch

import pytest
from botocore.exceptions import EndpointConnectionError

from functions.orders.service import SERVICE as ORDERS
from ops.cli.errors import ExitCode
from ops.cli.options import Options
from ops.replays import job as job_files
from ops.stage.connection import Connection
from tests.ops.replays.conftest import raises, received
from tests.support.read_model import LISTING


def test_an_interrupted_job_is_resumed_where_it_stopped_and_sends_each_event_once(
    stocked: Connection,
    go: Callable[..., ExitCode],
    broken: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert go(job=broken) is ExitCode.DONE

    sent = received(stocked)
    assert len(sent) == len({event.id for event in sent}) == 24
    assert go(job=broken) is ExitCode.DONE
    assert "nothing is left to send" in capsys.readouterr().out
    assert received(stocked) == []


@pytest.mark.parametrize("as_json", [False, True])
def test_a_dry_run_of_a_resumed_job_sends_nothing(
    stocked: Connection,
    go: Callable[..., ExitCode],
    broken: str,
    capsys: pytest.CaptureFixture[str],
    as_json: bool,
) -> None:
    received(stocked)
    path = job_files.JOBS / f"{broken}.jsonl"
    before = path.read_bytes()

    assert go(options=Options(json=as_json), job=broken, dry_run=True) is ExitCode.DONE

    assert received(stocked) == []
    assert path.read_bytes() == before
    output = capsys.readouterr().out
    if as_json:
        rest = json.loads(output)
        assert (rest["left"], rest["of"], rest["seconds"]) == (14, 24, 0.28)
    else:
        assert "Would send 14 of 24 events to orders" in output
        assert f"fanfare replay orders --resume {broken}" in output
        assert "Nothing was changed." in output


def test_a_job_of_an_ended_local_run_is_refused(
    stocked: Connection, connect: Mock, go: Callable[..., ExitCode], broken: str
) -> None:
    made = job_files.find(broken).plan.made
    later = replace(stocked, began=made + timedelta(seconds=1))
    connect.side_effect = lambda: later
    received(stocked)

    text = "of an earlier local run, whose log is gone"
    raises(ExitCode.REFUSED, text, lambda: go(job=broken))
    assert received(stocked) == []


def test_an_incomplete_last_line_is_reported_and_its_events_are_sent_again(
    stocked: Connection,
    go: Callable[..., ExitCode],
    broken: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = job_files.JOBS / f"{broken}.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-2]) + lines[-2][:20])

    go(job=broken)

    assert "last line is incomplete" in capsys.readouterr().err
    sent = received(stocked)
    assert (len(sent), len({event.id for event in sent})) == (34, 24)


@pytest.mark.parametrize(
    ("name", "where", "given", "code", "text"),
    [
        ("listing", "local", {}, ExitCode.REFUSED, "is for orders, not for listing"),
        ("orders", "dev", {}, ExitCode.REFUSED, "is of stage local, not of dev"),
        ("orders", "local", {"rate": 9.0}, ExitCode.USAGE, "leave them out"),
        ("orders", "local", {"since": "2h"}, ExitCode.USAGE, "leave them out"),
    ],
)
def test_a_job_cannot_be_resumed_with_other_options(
    go: Callable[..., ExitCode],
    broken: str,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    where: str,
    given: dict[str, Any],
    code: ExitCode,
    text: str,
) -> None:
    monkeypatch.setattr("ops.stage.consumers.CONSUMERS", (ORDERS, LISTING))

    raises(code, text, lambda: go(name, Options(stage=where), job=broken, **given))


def test_a_job_with_a_type_that_is_no_longer_subscribed_to_is_refused(
    go: Callable[..., ExitCode], broken: str
) -> None:
    path = job_files.JOBS / f"{broken}.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"OrderConfirmed",', b'"StockReserved",', 1))

    text = "StockReserved, which orders no longer accepts"
    raises(ExitCode.REFUSED, text, lambda: go(job=broken))


def test_an_outage_fails_with_the_command_that_resumes(
    stocked: Connection, go: Callable[..., ExitCode], folder: Path
) -> None:
    outage = EndpointConnectionError(endpoint_url="https://sqs")
    text = r"0 of 24 events sent\. Resume with: fanfare replay orders --resume"
    with patch.object(stocked.client("sqs"), "send_message_batch", side_effect=outage):
        raises(ExitCode.FAILED, text, go)
    (path,) = folder.iterdir()
    assert job_files.load(path).state == "failed"
