"""`fanfare mail`: mail in the local cloud's SES, which delivers none of it.

A mail belongs to the order whose log has its message id. A mail without an order was sent, but the
function crashed before it stated the fact, and sent the mail again.
"""

import sys
import textwrap
from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from events.contracts.checkout import OrderPlaced
from events.contracts.email import MailBounced, MailComplained, MailRefused
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
    """A mail and its order, null if the log has no such message id; `--json` prints it."""

    time: datetime
    order: str | None
    sender: str
    to: tuple[str, ...]
    subject: str
    message_id: str
    text: str
    html: str | None


def validate(options: Options, wanted: str, *, html: bool) -> None:
    """Check that the stage is the local one, and that HTML is of one order.

    Raises:
        CommandError: the stage is another one, or HTML is requested without an order.
    """
    if options.stage != LOCAL:
        raise CommandError(
            f"Mail of stage {options.stage} is in the mailboxes of its customers only; `fanfare"
            " order` shows whether it was sent. Leave out --stage for the mail of the local stage.",
            ExitCode.REFUSED,
        )
    if html and not wanted:
        raise CommandError("--html needs an order: fanfare mail ORDER --html", ExitCode.USAGE)


def show(connection: Connection, options: Options, wanted: str, *, html: bool) -> ExitCode:
    """Print a list of all mail, or the mails of an order in full, the newest last."""
    mails = _with_orders(
        sent_mail(connection.client("sesv2").meta.endpoint_url), _orders(connection)
    )
    if not wanted:
        _print_list(options, mails)
        return ExitCode.DONE
    order = find_order(connection, wanted.upper())
    history = connection.log().read(order)
    if not history.states(OrderPlaced):
        raise no_such_order(order)
    refused = [event for event in history if isinstance(event.data, MailRefused)]
    returned = [event for event in history if isinstance(event.data, MailBounced | MailComplained)]
    own = [mail for mail in mails if mail.order == order]
    _print_mails(options, own, html=html)
    for event in refused:
        options.err.print(f"{event.slot} was refused: {event.data.reason}.")
    for event in returned:
        options.err.print(
            f"{event.slot}: {event.data.reason}. The address gets no more mail (docs/deploy.md)."
        )
    if not own and not refused:
        options.err.print("No mail of this order was sent so far.")
    return ExitCode.DONE


def _orders(connection: Connection) -> dict[str, str]:
    """Return orders by their message ids. It scans the whole log: for the local stage only."""
    log = TableName(name=names.log_table(connection.stage), key=SUBJECT)
    found: dict[str, str] = {}
    for record in DynamoRecords(connection.client("dynamodb"), log).all():
        if str(record.values[SLOT]).startswith("email/"):
            data = msgspec.json.decode(str(record.values["data"]))
            found[data.get("message_id") or ""] = record.key
    return found


def _with_orders(mails: Iterable[SentMail], orders: Mapping[str, str]) -> list[OrderMail]:
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


def _print_list(options: Options, mails: Iterable[OrderMail]) -> None:
    if options.json:
        for mail in mails:
            options.print_json(mail)
        return
    columns = Columns()
    for mail in mails:
        order = columns.short(mail.order) if mail.order else UNKNOWN
        subject = mail.subject.replace(mail.order or UNKNOWN, order)
        line = f"{mail.time:%H:%M:%S}  {order:<4}  {', '.join(mail.to):<24}  {subject}"
        options.out.print(line if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…")
    if not mails:
        options.err.print("No mail was sent so far: place an order, such as with `fanfare invoke`.")


def _print_mails(options: Options, mails: Iterable[OrderMail], *, html: bool) -> None:
    for number, mail in enumerate(mails):
        if options.json:
            options.print_json(mail)
        elif html:
            sys.stdout.write(mail.html or "")
        else:
            if number:
                options.out.print("─" * WIDTH)
            options.out.print(_page(mail))


def _page(mail: OrderMail) -> str:
    """Return a mail as text, no line wider than the page."""
    head = (
        f"{mail.subject}\n"
        f"from {mail.sender} to {', '.join(mail.to)}\n"
        f"at   {mail.time:%Y-%m-%d %H:%M:%S} UTC\n"
    )
    lines = f"{head}\n{mail.text.rstrip()}".splitlines()
    return "\n".join(
        wrapped
        for line in lines
        for wrapped in (textwrap.wrap(line, WIDTH, subsequent_indent="    ") or [""])
    )
