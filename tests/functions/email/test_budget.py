"""Budget of email: AWS calls and write units of its reactions."""

from typing import Any

import pytest

from events.contracts.email import CancellationSent, DispatchNoteSent, ReceiptSent
from events.envelope import Event
from testkit.builders import then
from tests.functions.runtime.aws.test_items import weight
from tests.support.budget import (
    CANCELLED,
    DISPATCHED,
    PLACED,
    CountedFunctions,
    check_duplicate,
    functions,
)

__all__ = ["functions"]

WRITE_UNITS = 2
"""Write units of a successful order with one line."""


@pytest.mark.parametrize("event", [PLACED, DISPATCHED, CANCELLED], ids=lambda event: event.type)
def test_a_mail_is_one_query_and_one_put_of_one_write_unit(
    functions: CountedFunctions, event: Event[Any]
) -> None:
    functions.append(*{known.id: known for known in (PLACED, event)}.values())

    assert functions.deliver("email", event) == ["Query", "PutItem"]
    assert len(functions.calls) == 2
    assert weight(dict(functions.calls[1].sent["Item"])) <= 1024


ENDED = [
    (PLACED, (then(PLACED, ReceiptSent(message_id=None)),)),
    (DISPATCHED, (then(DISPATCHED, DispatchNoteSent(message_id=None)),)),
    (CANCELLED, (then(CANCELLED, CancellationSent(message_id=None)),)),
]


@pytest.mark.parametrize(("event", "known"), ENDED, ids=[known[-1].type for _, known in ENDED])
def test_a_duplicate_is_one_call(
    functions: CountedFunctions, event: Event[Any], known: tuple[Event[Any], ...]
) -> None:
    check_duplicate(functions, "email", event, *known)
