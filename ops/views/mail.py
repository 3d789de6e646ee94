"""`fanfare mail`: what the local cloud's SES sent, which nobody's mailbox ever receives.

A mail is tied to its order by the provider's id of it, which the log keeps. A mail that the log
does not know was sent and not written down: its function died in between, and sent it again.
"""

import sys
import textwrap
from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from events.contracts.checkout import OrderPlaced
from events.contracts.email import MailRefused
from functions import names
from functions.runtime.aws.items import SLOT, SUBJECT
from functions.runtime.aws.tables import DynamoRecords, TableName
from ops.cli.errors import CommandError, ExitCode
from ops.cli.options import LOCAL, Options
from ops.logs.columns import Columns
from ops.stage.connection import Connection
from ops.stage.lookups import find_order, no_such_order
from ops.stage.sent_mail import SentMail, sent_mail

WIDTH = 80
UNKNOWN = "-"


class OrderMail(msgspec.Struct, frozen=True, kw_only=True):
    """A mail and its order, null if the log knows of none; as JSON it is what `--json` prints."""

    time: datetime
    order: str | None
    sender: str
    to: tuple[str, ...]
    subject: str
    message_id: str
    text: str
    html: str | None


def must_be_shown_here(options: Options, wanted: str, *, html: bool) -> None:
    """Check that mail of this stage can be shown, and HTML of one order only.

    Raises:
        CommandError: the stage is not the local one, or no order is named.
    """
    if options.stage != LOCAL:
        raise CommandError(
            f"Mail of stage {options.stage} is read in people's mailboxes, and nowhere else: that"
            " it was sent, `fanfare order` tells. Leave out --stage for the local stage's mail.",
            ExitCode.REFUSED,
        )
    if html and not wanted:
        raise CommandError("Whose HTML? Name the order: fanfare mail ORDER --html", ExitCode.USAGE)


def show(connection: Connection, options: Options, wanted: str, *, html: bool) -> ExitCode:
    """Print a list of all mail, or an order's in full, the newest last."""
    letters = _letters(sent_mail(connection.client("sesv2").meta.endpoint_url), _orders(connection))
    if not wanted:
        _list(options, letters)
        return ExitCode.DONE
    order = find_order(connection, wanted.upper())
    history = connection.log().read(order)
    if not history.states(OrderPlaced):
        raise no_such_order(order)
    refused = [event for event in history if isinstance(event.data, MailRefused)]
    own = [letter for letter in letters if letter.order == order]
    _full(options, own, html=html)
    for event in refused:
        options.err.print(f"{event.slot} was refused: {event.data.reason}.")
    if not own and not refused:
        options.err.print("No mail of this order was sent so far.")
    return ExitCode.DONE


def _orders(connection: Connection) -> dict[str, str]:
    """Return orders by the ids of their mails. It reads the whole log: for a laptop only."""
    log = TableName(name=names.log_table(connection.stage), key=SUBJECT)
    found: dict[str, str] = {}
    for record in DynamoRecords(connection.client("dynamodb"), log).all():
        if str(record.values[SLOT]).startswith("email/"):
            said = msgspec.json.decode(str(record.values["data"]))
            found[said.get("message_id") or ""] = record.key
    return found


def _letters(mails: Iterable[SentMail], orders: Mapping[str, str]) -> list[OrderMail]:
    return [
        OrderMail(
            time=mail.time,
            order=orders.get(mail.message_id),
            sender=mail.source,
            to=mail.to,
            subject=mail.subject,
            message_id=mail.message_id,
            text=mail.body_text,
            html=mail.body_html,
        )
        for mail in mails
    ]


def _list(options: Options, letters: Iterable[OrderMail]) -> None:
    if options.json:
        for letter in letters:
            options.print_json(letter)
        return
    columns = Columns()
    for letter in letters:
        order = columns.short(letter.order) if letter.order else UNKNOWN
        subject = letter.subject.replace(letter.order or UNKNOWN, order)
        line = f"{letter.time:%H:%M:%S}  {order:<4}  {', '.join(letter.to):<24}  {subject}"
        options.out.print(line if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…")
    if not letters:
        options.err.print("No mail was sent so far: place an order, such as with `fanfare invoke`.")


def _full(options: Options, letters: Iterable[OrderMail], *, html: bool) -> None:
    for number, letter in enumerate(letters):
        if options.json:
            options.print_json(letter)
        elif html:
            sys.stdout.write(letter.html or "")
        else:
            if number:
                options.out.print("─" * WIDTH)
            options.out.print(_page(letter))


def _page(letter: OrderMail) -> str:
    """Return a mail as text, no line wider than the page."""
    head = (
        f"{letter.subject}\n"
        f"from {letter.sender} to {', '.join(letter.to)}\n"
        f"at   {letter.time:%Y-%m-%d %H:%M:%S} UTC\n"
    )
    lines = f"{head}\n{letter.text.rstrip()}".splitlines()
    return "\n".join(
        wrapped
        for line in lines
        for wrapped in (textwrap.wrap(line, WIDTH, subsequent_indent="    ") or [""])
    )
