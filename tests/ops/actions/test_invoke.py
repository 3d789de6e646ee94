"""Checkout is invoked with a file, and the answer decides how the command ends."""

import io
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from functions.checkout.request import OrderRequest
from ops.actions.invoke import invoke, read
from ops.cli.errors import CommandError, ExitCode
from ops.cli.options import Options
from ops.paths import SAMPLE
from ops.stage.connection import Connection
from ops.stage.demo_catalogue import articles
from tests.ops.conftest import FakeLambda


def test_the_sample_is_an_order_for_what_is_in_stock() -> None:
    wanted = msgspec.json.decode(SAMPLE.read_bytes(), type=OrderRequest)

    stock = {article.sku: article.stock for article in articles()}
    assert all(stock[line.sku] >= line.quantity for line in wanted.lines)
    assert wanted.payment_token == "tok_success"


def test_without_a_file_the_sample_is_sent_with_a_new_idempotency_key(
    here: Connection, functions: FakeLambda, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(here, Options(json=True), read("")) is ExitCode.DONE
    assert invoke(here, Options(json=True), read("")) is ExitCode.DONE

    first, second = functions.requests
    assert first["FunctionName"] == "fanfare-local-checkout"
    keys = {request["Payload"].pop("idempotency_key") for request in (first, second)}
    assert len(keys) == 2
    assert first["Payload"] == json.loads(SAMPLE.read_text())
    assert capsys.readouterr().out == '{"id":"X","status":"placed"}\n' * 2


def test_a_key_in_the_file_is_kept(here: Connection, functions: FakeLambda, tmp_path: Path) -> None:
    file = tmp_path / "order.json"
    file.write_text('{"idempotency_key": "mine"}')

    invoke(here, Options(), read(str(file)))

    assert functions.requests[0]["Payload"] == {"idempotency_key": "mine"}


def test_a_dash_is_standard_input(
    here: Connection, functions: FakeLambda, monkeypatch: pytest.MonkeyPatch
) -> None:
    stdin = SimpleNamespace(buffer=io.BytesIO(b'{"lines": []}'))
    monkeypatch.setattr("sys.stdin", stdin)

    invoke(here, Options(), read("-"))

    assert functions.requests[0]["Payload"]["lines"] == []


@pytest.mark.parametrize(
    ("answer", "error", "expected"),
    [
        ({"id": "X", "status": "placed"}, None, ExitCode.DONE),
        ({"status": 422, "detail": "no"}, None, ExitCode.REFUSED),
        ({"status": 500, "detail": "oh"}, None, ExitCode.FAILED),
        ({"errorMessage": "Task timed out"}, "Unhandled", ExitCode.FAILED),
        (None, "Unhandled", ExitCode.FAILED),
    ],
)
def test_the_response_is_printed_and_decides_the_exit_code(
    here: Connection,
    functions: FakeLambda,
    capsys: pytest.CaptureFixture[str],
    answer: Any,
    error: str | None,
    expected: ExitCode,
) -> None:
    functions.answer, functions.error = answer, error

    assert invoke(here, Options(), read("")) is expected

    assert json.loads(capsys.readouterr().out) == answer


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, "Cannot read .*: No such file or directory"),
        ("{", "is not an order as a JSON object"),
        ("[1]", "Expected `object`, got `array`"),
        (b"\xff", "is not an order as a JSON object"),
    ],
)
def test_a_file_without_an_order_is_refused(
    tmp_path: Path, content: str | bytes | None, expected: str
) -> None:
    file = tmp_path / "order.json"
    if content is not None:
        file.write_bytes(content if isinstance(content, bytes) else content.encode())

    with pytest.raises(CommandError, match=expected) as refused:
        read(str(file))

    assert refused.value.code is ExitCode.USAGE
