"""Checker: the invariants to check after each change of a shop's state."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, override

from events.envelope import Event
from functions.framework.ports import Change, Mail, Record, Row
from functions.framework.proof import OfFact
from simulation.invariants import amounts, at_rest, mails, orders, recount
from simulation.invariants.violation import Violation
from simulation.proofs import proof_of
from simulation.shop_of import ShopOf
from simulation.state import ShopState, StateListener


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
        self.shops = {each.name: ShopOf(shop, each, proof_of(each)) for each in shop.consumers}
        self._of_facts = _of_facts(self.shops)
        self._of_rows = {
            (name, table): (own, invariants)
            for name, own in self.shops.items()
            for table, invariants in own.proof.of_rows.items()
        }
        self._of_records = {
            (name, table): (own, invariants)
            for name, own in self.shops.items()
            for table, invariants in own.proof.of_records.items()
        }
        self._of_handled = {
            name: own for name, own in self.shops.items() if own.proof.of_a_handled_event
        }
        self._of_mails = [own for own in self.shops.values() if own.proof.of_a_mail]

    @override
    def appended(self, event: Event[Any], changes: Sequence[Change]) -> None:
        hold(orders.OF_ANY_FACT, event.id, self.shop, event)
        hold(amounts.OF_FACTS.get(type(event.data), ()), event.id, self.shop, event)
        for own, invariants in self._of_facts.get(type(event.data), ()):
            hold(invariants, event.id, own, event)

    @override
    def event_handled(self, consumer: str, event: Event[Any]) -> None:
        own = self._of_handled.get(consumer)
        if own is not None:
            hold(own.proof.of_a_handled_event, event.subject, own, event.subject)

    @override
    def row_written(self, owner: str, table: str, row: Row) -> None:
        found = self._of_rows.get((owner, table))
        if found is not None:
            hold(found[1], row.sort, found[0], row)

    @override
    def record_written(self, owner: str, table: str, order: str, record: Record) -> None:
        found = self._of_records.get((owner, table))
        if found is not None:
            hold(found[1], order, found[0], order)

    @override
    def mail_sent(self, mail: Mail) -> None:
        about = mails.subject_of(self.shop, mail)
        if about is None:
            raise Violation(mails.a_mail_names_its_order, mail.subject)
        hold(mails.OF_A_MAIL, mail.subject, about, mail)
        for own in self._of_mails:
            hold(own.proof.of_a_mail, mail.subject, own, mail)

    def check_at_rest(self) -> None:
        """Check what must hold when nothing is left to do."""
        for order in self.shop.log.orders():
            self.check_order_at_rest(order)
        self.check_whole_shop()

    def check_order_at_rest(self, order: str) -> None:
        """Check what concerns one order."""
        hold(at_rest.OF_AN_ORDER, order, self.shop, order)
        for own in self.shops.values():
            hold(own.proof.at_rest, order, own, order)
        hold(recount.OF_AN_ORDER, order, self.shop, order)

    def check_whole_shop(self) -> None:
        """Check what concerns all orders together."""
        for own in self.shops.values():
            for invariant in own.proof.at_rest_of_all:
                if not invariant(own):
                    raise Violation(invariant, "all orders")
        for count in recount.OF_ALL:
            if not count(self.shop):
                raise Violation(count, "all orders")

    def describe(self, order: str) -> Iterator[str]:
        """Yield lines on an order, as the consumers' proofs describe it."""
        for own in self.shops.values():
            yield from own.proof.describe(own, order)


def _of_facts(
    shops: Mapping[str, ShopOf],
) -> Mapping[type, Sequence[tuple[ShopOf, tuple[OfFact, ...]]]]:
    """Return, for each type of fact, the shops with the invariants that it could break."""
    found: dict[type, list[tuple[ShopOf, tuple[OfFact, ...]]]] = {}
    for own in shops.values():
        for kind, invariants in own.proof.of_facts.items():
            found.setdefault(kind, []).append((own, invariants))
    return found
