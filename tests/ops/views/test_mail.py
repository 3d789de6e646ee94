"""`fanfare mail`: mail in the local cloud's SES, matched to orders by the log."""

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest

from events.contracts.email import (
    RECEIPT,
    DispatchNoteSent,
    MailBounced,
    MailRefused,
    ReceiptSent,
)
from events.contracts.shipping import DispatchScheduled
from ops.cli.errors import CommandError, ExitCode
from ops.cli.options import Options
from ops.local.port import HOST
from ops.stage.connection import ACCOUNT, Connection
from ops.stage.sent_mail import MAIL_PATH, sent_mail
from ops.views.mail import show, validate
from testkit.builders import EMAIL, ORDER, history_of

OTHER = "6WQFM8Q1XK3T7ZC0R9N2HDBJE5"
PARCEL = DispatchScheduled(carrier="c", reference="r")


def message(
    message_id: str, order: str, *, at: float, text: str = "It is placed."
) -> dict[str, Any]:
    """Return a mail as the local cloud returns it."""
    return {
        "MessageId": message_id,
        "Source": "shop@fanfare.example",
        "To": [EMAIL],
        "CC": [],
        "BCC": [],
        "Subject": f"Your order {order}",
        "BodyText": text,
        "BodyHtml": f"<p>{text}</p>\n",
        "Timestamp": at,
        "Type": "v2.SendEmail",
    }


class MailServer:
    """A fake local cloud with these mails."""

    def __init__(self) -> None:
        self.mails: list[dict[str, Any]] = []
        self.status = 200
        mail_server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                assert self.path == MAIL_PATH
                shown = {ACCOUNT: mail_server.mails} if mail_server.mails else {}
                self.send_response(mail_server.status)
                self.end_headers()
                self.wfile.write(json.dumps({"messages": shown}).encode())

            def log_message(self, *_: object) -> None:
                pass

        self._server = HTTPServer((HOST, 0), Handler)
        self.endpoint = f"http://{HOST}:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def end(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def server() -> Iterator[MailServer]:
    made = MailServer()
    yield made
    made.end()


@pytest.fixture
def here(stage: Callable[[str], Connection], server: MailServer) -> Connection:
    """Give the local stage, with the server as its SES."""
    made = stage("local")
    ses = SimpleNamespace(meta=SimpleNamespace(endpoint_url=server.endpoint))
    return Connection(
        stage="local", client=lambda name: ses if name == "sesv2" else made.client(name)
    )


@pytest.fixture
def mailed(here: Connection, server: MailServer) -> MailServer:
    """Give the server with the mails of two orders, one sent twice, the newest first."""
    for event in history_of(ReceiptSent(message_id="a"), PARCEL, DispatchNoteSent(message_id="c")):
        here.log().append(event)
    for event in history_of(ReceiptSent(message_id="b"), order=OTHER):
        here.log().append(event)
    server.mails = [
        message("c", ORDER, at=1_795_424_403.0, text=f"On its way.\n\n{'word ' * 40}"),
        message("b", OTHER, at=1_795_424_402.0),
        message("twice", ORDER, at=1_795_424_401.5),
        message("a", ORDER, at=1_795_424_400.25),
    ]
    return server


def test_without_an_order_all_mail_is_listed_the_newest_last_in_80_columns(
    here: Connection, mailed: MailServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert show(here, Options(), "", html=False) is ExitCode.DONE

    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "09:00:00  5WQF  robin@example.com         Your order 5WQF",
        f"09:00:01  -     robin@example.com         Your order {ORDER}",
        "09:00:02  6WQF  robin@example.com         Your order 6WQF",
        "09:00:03  5WQF  robin@example.com         Your order 5WQF",
    ]
    assert max(map(len, lines)) <= 80


def test_an_orders_mails_are_shown_in_full_the_newest_last(
    here: Connection, mailed: MailServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert show(here, Options(), "5wqf", html=False) is ExitCode.DONE

    shown = capsys.readouterr().out
    first, second = shown.split("─" * 80)
    assert first == (
        f"Your order {ORDER}\n"
        "from shop@fanfare.example to robin@example.com\n"
        "at   2026-11-23 09:00:00 UTC\n\n"
        "It is placed.\n"
    )
    assert "On its way.\n\nword word" in second
    assert max(map(len, shown.splitlines())) <= 80


def test_an_orders_mails_are_shown_as_html(
    here: Connection, mailed: MailServer, capsys: pytest.CaptureFixture[str]
) -> None:
    show(here, Options(), OTHER, html=True)

    assert capsys.readouterr().out == "<p>It is placed.</p>\n"


@pytest.mark.parametrize(("wanted", "ids"), [("", ["a", "twice", "b", "c"]), (ORDER, ["a", "c"])])
def test_as_json_each_mail_is_a_line(
    here: Connection,
    mailed: MailServer,
    capsys: pytest.CaptureFixture[str],
    wanted: str,
    ids: list[str],
) -> None:
    show(here, Options(json=True), wanted, html=False)

    mails = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [mail["message_id"] for mail in mails] == ids
    assert mails[0]["order"] == ORDER
    assert (mails[0]["text"], mails[0]["to"]) == ("It is placed.", [EMAIL])


def test_a_refused_mail_is_printed_with_its_reason(
    here: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    for event in history_of((MailRefused(reason="no-address"), RECEIPT)):
        here.log().append(event)

    assert show(here, Options(), ORDER, html=False) is ExitCode.DONE

    assert capsys.readouterr() == ("", "email/receipt was refused: no-address.\n")


def test_a_mail_that_came_back_is_printed_with_the_providers_word(
    here: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    refused = (MailRefused(reason="bounced"), RECEIPT)
    for event in history_of(MailBounced(message_id="m", reason="NoEmail"), refused):
        here.log().append(event)

    assert show(here, Options(), ORDER, html=False) is ExitCode.DONE

    assert capsys.readouterr().err == (
        "email/receipt was refused: bounced.\n"
        "email/bounced: NoEmail. The address gets no more mail (docs/deploy.md).\n"
    )


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [("", "No mail was sent so far: place an order"), (ORDER, "No mail of this order was sent")],
)
def test_without_mail_a_message_is_printed(
    here: Connection, capsys: pytest.CaptureFixture[str], wanted: str, expected: str
) -> None:
    for event in history_of():
        here.log().append(event)

    assert show(here, Options(), wanted, html=False) is ExitCode.DONE

    output = capsys.readouterr()
    assert (output.out, output.err.startswith(expected)) == ("", True)


@pytest.mark.parametrize("wanted", ["7F3K", "7F3KM8Q1XK3T7ZC0R9N2HDBJE5"])
def test_an_unknown_order_is_not_found(here: Connection, wanted: str) -> None:
    with pytest.raises(CommandError, match=f"There is no order {wanted}") as missing:
        show(here, Options(), wanted, html=False)

    assert missing.value.code is ExitCode.NOT_FOUND


def test_mail_of_another_stage_is_refused() -> None:
    with pytest.raises(
        CommandError, match="Mail of stage dev is in the mailboxes of its customers"
    ) as refused:
        validate(Options(stage="dev"), "", html=False)

    assert refused.value.code is ExitCode.REFUSED


def test_html_needs_an_order() -> None:
    with pytest.raises(CommandError, match="fanfare mail ORDER --html") as usage:
        validate(Options(), "", html=True)

    assert usage.value.code is ExitCode.USAGE


def test_a_local_cloud_that_does_not_return_its_mail_is_an_error(server: MailServer) -> None:
    server.status = 404
    with pytest.raises(CommandError, match=r"does not return its mail \(status 404\)"):
        sent_mail(server.endpoint)

    with pytest.raises(CommandError, match="does not respond"):
        sent_mail(f"http://{HOST}:1")
