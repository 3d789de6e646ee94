"""An order's causation tree: causes and effects, waiting and working times, pending reactions.

Below an event are the other consumers that received it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from textwrap import wrap
from typing import Any

from rich.text import Text

from events.envelope import Event
from events.history import History
from events.order import Order
from ops.cli.formats import elapsed
from ops.logs.attempts import Attempts, retry
from ops.logs.columns import SERVICE, SHORT
from ops.views.outstanding import Pending, outstanding
from ops.views.recipients import recipients

WAITING = "░"
WORKING = "█"
BAR = 24
"""Cells of the whole duration."""

WIDTH = 80
"""Columns in which the recipients of an event are wrapped."""

OTHERS = "also to "

_LABEL = 26
_LAST = {"dispatched": "DispatchScheduled", "cancelled": "OrderCancelled"}


@dataclass(frozen=True)
class _Row:
    """A row of the tree; a text is one of other recipients."""

    branch: str
    node: Event[Any] | Pending | str


def draw(
    order: Order,
    history: History,
    now: datetime,
    attempts: Attempts | None = None,
    obstacles: Mapping[str, str] | None = None,
) -> Text:
    """Return an order's headline and its tree.

    The bar of a fact starts at its cause and shows the waiting time (light) and the working time
    (dark); it needs the functions' log lines. `obstacles` are the reasons by which consumers wait,
    such as `paused`.
    """
    known = attempts or Attempts()
    pending = outstanding(history)
    rows = [row for root in _roots(history) for row in _rows(root, history, pending, known)]
    width = max([_LABEL, *(len(_label(row)) + 1 for row in rows)])
    text = Text(headline(order, len(pending), now), "bold")
    for row in rows:
        text.append("\n")
        text.append(row.branch, "dim")
        if isinstance(row.node, str):
            text.append(row.node, "dim")
            continue
        text.append(f"{_name(row):<{width - len(row.branch)}}", _style(row))
        text.append(_details(row.node, history, known, now, obstacles or {}))
    text.append(f"\ncorrelation {next(iter(history)).correlationid}", "dim")
    return text


def headline(order: Order, pending: int, now: datetime) -> str:
    """Return the state of an order in a line."""
    placed = order.timeline[0].time
    last = _LAST.get(order.status)
    ended = next((step.time for step in order.timeline if step.type == last), None)
    how = order.status + (f" ({order.reason})" if order.reason else "")
    when = f"in {_span(placed, ended)}" if ended else f"{_span(placed, now)} after it was placed"
    parts = [f"{how} {when}" if ended else f"{how}, {when}"]
    if order.refund != "none":
        parts.append("money returned" if order.refund == "done" else "money to be returned")
    if pending:
        parts.append(f"{pending} reaction{'s' if pending > 1 else ''} outstanding")
    return f"{order.id[:SHORT]}  {', '.join(parts)}"


def _roots(history: History) -> list[Event[Any]]:
    ids = {event.id for event in history}
    return [event for event in history if event.causationid not in ids]


def _rows(
    event: Event[Any],
    history: History,
    pending: tuple[Pending, ...],
    attempts: Attempts,
    branch: str = "",
    below: str = "",
) -> Iterator[_Row]:
    yield _Row(branch, event)
    effects: list[Event[Any] | Pending] = [e for e in history if e.causationid == event.id]
    effects += [missing for missing in pending if missing.cause.id == event.id]
    beside = below + ("│  " if effects else "   ")
    for line in _others(recipients(event, map(_service, effects), attempts), WIDTH - len(beside)):
        yield _Row(beside, line)
    for number, effect in enumerate(effects, start=1):
        last = number == len(effects)
        fork, further = ("└─ ", "   ") if last else ("├─ ", "│  ")
        if isinstance(effect, Pending):
            yield _Row(below + fork, effect)
        else:
            yield from _rows(effect, history, pending, attempts, below + fork, below + further)


def _others(names: str, width: int) -> list[str]:
    return wrap(names, width, initial_indent=OTHERS, subsequent_indent=" " * len(OTHERS))


def _service(effect: Event[Any] | Pending) -> str:
    return effect.consumer if isinstance(effect, Pending) else effect.source


def _name(row: _Row) -> str:
    match row.node:
        case Pending():
            return f"({row.node.slot})"
        case Event():
            return row.node.type
        case _:
            return ""


def _label(row: _Row) -> str:
    return row.branch + _name(row)


def _style(row: _Row) -> str:
    return "yellow" if isinstance(row.node, Pending) else ""


def _details(
    node: Event[Any] | Pending,
    history: History,
    attempts: Attempts,
    now: datetime,
    obstacles: Mapping[str, str],
) -> Text:
    if isinstance(node, Pending):
        waiting = _waiting(node, attempts, now)
        why = obstacles.get(node.consumer)
        return Text(f"{node.consumer:<{SERVICE}} {waiting}{f', {why}' if why else ''}", "yellow")
    placed = next(iter(history)).time
    rest = Text(f"{node.source} ".ljust(SERVICE) + f"{_span(placed, node.time):>8}  ")
    rest.append(_bar(node, history, attempts), "cyan")
    rest.rstrip()
    return rest


def _waiting(pending: Pending, attempts: Attempts, now: datetime) -> str:
    failed = attempts.failed(pending.consumer, pending.cause.id)
    if failed is None:
        return f"pending for {_span(pending.cause.time, now)}"
    return f"{retry(failed)} ({_span(pending.cause.time, now)})"


def _bar(event: Event[Any], history: History, attempts: Attempts) -> str:
    facts = {known.id: known for known in history}
    cause = facts.get(event.causationid or "")
    began = attempts.began(event.id)
    if cause is None or began is None:
        return ""
    first = next(iter(history)).time
    whole = max(known.time for known in history) - first
    begin, worked, done = (
        round((moment - first) / whole * BAR) if whole else 0
        for moment in (cause.time, max(began, cause.time), event.time)
    )
    worked = min(worked, max(done - 1, begin))
    return " " * begin + WAITING * (worked - begin) + WORKING * max(1, done - worked)


def _span(begin: datetime, end: datetime) -> str:
    return elapsed(max(0, (end - begin).total_seconds() * 1000))
