"""Customers: they place orders, and some cancel theirs at any time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from events.contracts.checkout import MAX_LINES, Address, Line, OrderPlaced
from events.envelope import begin
from events.money import Money
from functions.checkout.identity import order_id
from functions.checkout.orders import Orders
from functions.framework.http import Problem, Request
from functions.payment.sandbox import DECLINED, OUTAGE, SUCCESS, TIMEOUT
from simulation.calls import Unavailable
from simulation.clock import DAY, HOUR, SECOND
from simulation.draws import Draws, share
from simulation.scheduler import Scheduler
from simulation.stepped_ports import SteppedLog
from simulation.worker import Worker

EURO = "EUR"
USUAL = {"TRUMPET-BB": 24900, "MUTE-CUP": 1995, "DRUM-SNARE": 18900}
ABROAD = {
    "JPY": {"KOTO": 128000, "SHAMISEN-PICK": 90},
    "USD": {"BANJO": 79950, "KAZOO": 499},
}
PRICES = USUAL | ABROAD["JPY"] | ABROAD["USD"]
PARTS = {f"PART-{number:02}": 90 + 7 * number for number in range(MAX_LINES)}
"""Prices in minor units: of what most orders are for, of what is sold in another currency, and of
parts, of which one order may have many lines."""

MANY = share(0.04)
ELSEWHERE = share(0.1)
"""The shares of orders for parts, with 1 to 50 lines, and of those in another currency."""

TOKENS = (*(SUCCESS,) * 14, *(TIMEOUT,) * 3, *(DECLINED,) * 2, OUTAGE)
SPANS = (SECOND, 10 * SECOND, HOUR, 2 * DAY)
"""The orders of a world are placed within one of these spans."""

PATIENCE = (SECOND, SECOND, 5 * SECOND, HOUR, 15 * HOUR, 2 * DAY)
"""A customer cancels within one of these spans."""

CANCELS = share(0.4)


@dataclass(frozen=True, kw_only=True)
class Customer:
    """A customer with one order: number, key and order id; `wants` chooses what is ordered."""

    number: int
    key: str
    order: str
    wants: tuple[int, ...]


class Customers:
    """All customers of a world."""

    def __init__(self, scheduler: Scheduler, log: SteppedLog) -> None:
        self._scheduler = scheduler
        self._log = log
        self._orders = Orders(log, scheduler.clock)
        self._span = scheduler.draws.pick("span", SPANS)
        self._share_a_mailbox = scheduler.draws.happens("one mailbox", 0.15)

    def schedule(self, number: int) -> str:
        """Schedule a customer's order, and perhaps its cancellation; return the order's id."""
        first, second, third, fourth, arrives, patience, cancels, patient, *rest = (
            self._scheduler.draws.draw(f"customer {number}")
        )
        key = f"{UUID(int=first << 96 | second << 64 | third << 32 | fourth)}"
        customer = Customer(number=number, key=key, order=order_id(key), wants=tuple(rest))
        when = arrives % (self._span + 1)
        self._scheduler.at(when, self._place, customer)
        at = when + 100 + cancels % PATIENCE[patience % len(PATIENCE)]
        if patient < CANCELS and self._scheduler.inject(customer.order, "cancelled", at=at):
            self._scheduler.at(at, self._cancel, customer)
        return customer.order

    def _place(self, customer: Customer) -> None:
        event = begin(
            self._wanted(customer),
            subject=customer.order,
            source="checkout",
            now=self._scheduler.clock(),
            correlationid=f"request-{customer.number}",
            traceparent=f"00-{customer.number + 1:032x}-{'1' * 16}-01",
        )

        def work(_: Worker) -> None:
            try:
                self._log.append(event)
            except Unavailable:
                return

        self._scheduler.start(self._worker("place", customer, work))

    def _cancel(self, customer: Customer) -> None:
        request = Request(
            headers={"authorization": f"Bearer {customer.key}"}, path={"id": customer.order}
        )

        def work(_: Worker) -> None:
            try:
                self._orders.cancel(request)
            except (Problem, Unavailable):
                return

        self._scheduler.start(self._worker("cancel", customer, work))

    def _worker(self, what: str, customer: Customer, work: Callable[[Worker], None]) -> Worker:
        return Worker("checkout", f"checkout {what} {customer.order}", work)

    def _wanted(self, customer: Customer) -> OrderPlaced:
        lines, pieces, token, more, *_ = customer.wants
        currency, bought = self._basket(customer.number) or (EURO, _lines(lines % 7 + 1, pieces))
        amount = sum([line.quantity * line.unit_price for line in bought])
        return OrderPlaced(
            lines=bought,
            total=Money(amount=amount, currency=currency),
            email=f"{0 if self._share_a_mailbox else customer.number}@example.com",
            ship_to=_home(customer.number),
            payment_token=TOKENS[token % len(TOKENS)],
            fingerprint="5f2b8c1d9e3a7f604b1c2d",
            delivery="express" if more & 1 else "standard",
        )

    def _basket(self, number: int) -> tuple[str, tuple[Line, ...]] | None:
        """Return the currency and lines of an order that is not a usual one."""
        kind, first, lines, *pieces = self._scheduler.draws.draw(f"basket {number}")
        if kind < MANY:
            count = min(lines % (MAX_LINES * 5 // 4) + 1, MAX_LINES)  # a fifth have the most
            skus = [f"PART-{(first + nth) % MAX_LINES:02}" for nth in range(count)]
            numbers = [1 + pieces[nth % len(pieces)] % 3 for nth in range(len(skus))]
            return EURO, tuple(map(_line, skus, numbers, [PARTS[sku] for sku in skus]))
        if kind < MANY + ELSEWHERE:
            currency = ("JPY", "USD")[first & 1]
            return currency, _lines(lines % 3 + 1, pieces[0], currency)
        return None


def stock_of_parts(draws: Draws, orders: int) -> Mapping[str, int]:
    """Return the initial stock of parts: enough for some orders of many lines."""
    numbers = draws.draw("stock of parts")
    return {sku: 6 + numbers[nth % len(numbers)] % orders for nth, sku in enumerate(PARTS)}


def _home(number: int) -> Address:
    return Address(
        name=f"Robin Example {number}",
        street=f"{number} Sample Street",
        city="Berlin",
        postal_code="10115",
        country="DE",
    )


def _lines(which: int, pieces: int, currency: str = EURO) -> tuple[Line, ...]:
    """Return a line for each product whose bit is set, of one piece or two."""
    return _few(which, 1 + pieces % 2, currency)


@cache
def _few(which: int, pieces: int, currency: str) -> tuple[Line, ...]:
    prices = ABROAD.get(currency, USUAL)
    return tuple(
        _line(sku, pieces, price)
        for bit, (sku, price) in enumerate(prices.items())
        if which >> bit & 1
    )


def _line(sku: str, pieces: int, price: int) -> Line:
    return Line(sku=sku, name=sku.title(), quantity=pieces, unit_price=price)
