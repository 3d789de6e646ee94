"""Checker: the invariants to check after each change of a shop's state."""

from collections.abc import Callable, Sequence
from typing import Any, override

from events.envelope import Event
from events.order_list import LIST
from functions.analytics.table import FIGURES
from functions.framework.ports import Change, Mail, Row
from simulation.invariants import orders, read_models
from simulation.invariants.violation import Violation
from simulation.state import ShopState, StateListener

READ_MODELS = {LIST: read_models.OF_THE_LIST, FIGURES: read_models.OF_THE_FIGURES}


def hold[A, B](invariants: Sequence[Callable[[A, B], bool]], about: str, one: A, other: B) -> None:
    """Check that invariants hold.

    Raises:
        Violation: one does not.
    """
    for invariant in invariants:
        if not invariant(one, other):
            raise Violation(invariant, about)


class Checker(StateListener):
    """Checks, right after each change, the invariants that it could break."""

    def __init__(self, shop: ShopState) -> None:
        self.shop = shop

    @override
    def appended(self, event: Event[Any], changes: Sequence[Change]) -> None:
        hold(orders.of_a_fact(event), event.id, self.shop, event)

    @override
    def ledger_changed(self, order: str) -> None:
        hold(orders.OF_THE_LEDGER, order, self.shop, order)

    @override
    def parcels_changed(self, order: str) -> None:
        hold(orders.OF_THE_PARCELS, order, self.shop, order)

    @override
    def event_handled(self, consumer: str, event: Event[Any]) -> None:
        order = event.subject
        hold(orders.of_a_handled_event(consumer), order, self.shop, order)

    @override
    def row_written(self, table: str, row: Row) -> None:
        hold(READ_MODELS[table], row.sort, self.shop, row)

    @override
    def mail_sent(self, mail: Mail) -> None:
        hold(orders.OF_A_MAIL, mail.subject, self.shop, mail)
