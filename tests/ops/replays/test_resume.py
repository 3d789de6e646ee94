"""A job that was stopped goes on where it stopped, or says why it does not."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from functions.orders.service import SERVICE as ORDERS
from ops.cli.errors import ExitCode
from ops.cli.options import Options
from ops.replays import job as job_files
from ops.stage.connection import Connection
from tests.ops.replays.conftest import Reachable, received, troubled
from tests.support.read_model import LISTING


def test_an_interrupted_job_goes_on_where_it_stopped_and_is_done_once(
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
def test_a_dry_run_of_the_rest_sends_nothing(
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
    said = capsys.readouterr().out
    if as_json:
        told = json.loads(said)
        assert (told["left"], told["of"], told["seconds"]) == (14, 24, 0.28)
    else:
        assert "Would send 14 of 24 events to orders" in said
        assert f"fanfare replay orders --resume {broken}" in said
        assert "Nothing was changed." in said


def test_a_job_of_a_local_run_that_is_over_is_refused(
    stocked: Connection, reachable: Reachable, go: Callable[..., ExitCode], broken: str
) -> None:
    made = job_files.find(broken).plan.made
    reachable.connection = replace(stocked, began=made + timedelta(seconds=1))
    received(stocked)

    says = "of an earlier local run, whose log is gone"
    troubled(ExitCode.REFUSED, says, lambda: go(job=broken))
    assert received(stocked) == []


def test_a_torn_last_line_is_said_and_what_it_told_of_is_sent_again(
    stocked: Connection,
    go: Callable[..., ExitCode],
    broken: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = job_files.JOBS / f"{broken}.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-2]) + lines[-2][:20])

    go(job=broken)

    assert "written in part" in capsys.readouterr().err
    sent = received(stocked)
    assert (len(sent), len({event.id for event in sent})) == (34, 24)


@pytest.mark.parametrize(
    ("name", "where", "given", "code", "says"),
    [
        ("listing", "local", {}, ExitCode.REFUSED, "is for orders, not for listing"),
        ("orders", "dev", {}, ExitCode.REFUSED, "is of stage local, not of dev"),
        ("orders", "local", {"rate": 9.0}, ExitCode.USAGE, "leave them out"),
        ("orders", "local", {"since": "2h"}, ExitCode.USAGE, "leave them out"),
    ],
)
def test_a_job_is_not_gone_on_with_as_another(
    go: Callable[..., ExitCode],
    broken: str,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    where: str,
    given: dict[str, Any],
    code: ExitCode,
    says: str,
) -> None:
    monkeypatch.setattr("ops.stage.lookups.CONSUMERS", (ORDERS, LISTING))

    troubled(code, says, lambda: go(name, Options(stage=where), job=broken, **given))


def test_a_job_about_a_type_that_is_not_heard_any_more_is_refused(
    go: Callable[..., ExitCode], broken: str
) -> None:
    path = job_files.JOBS / f"{broken}.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"OrderConfirmed",', b'"StockReserved",', 1))

    says = "StockReserved, which orders does not hear"
    troubled(ExitCode.REFUSED, says, lambda: go(job=broken))


def test_an_outage_fails_with_the_command_that_goes_on(
    stocked: Connection, go: Callable[..., ExitCode], folder: Path
) -> None:
    def away(**_: Any) -> Any:
        raise EndpointConnectionError(endpoint_url="https://sqs")

    events = stocked.client("sqs").meta.events
    events.register_first("before-send.sqs.SendMessageBatch", away)
    troubled(
        ExitCode.FAILED, r"0 of 24 events sent\. Go on with: fanfare replay orders --resume", go
    )
    events.unregister("before-send.sqs.SendMessageBatch", away)
    (path,) = folder.iterdir()
    assert job_files.load(path).state == "failed"


# -- jobs ------------------------------------------------------------------------------------------
