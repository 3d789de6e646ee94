"""The gateway's contract under mishaps: deaths at any of its calls, and others between any two.

Whatever happens, a reference is charged once at most, nothing is given back that was not charged,
and in the end all answers agree with the provider's books.
"""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import product
from typing import Any

import pytest

from functions.payment.gateway import Captured, Gateway, GatewayUnavailable
from tests.support.gateways import AMOUNT, World, prepare
from tests.support.interleave import Died

type Ask = Callable[[Gateway, str], object]
type Given = list[tuple[str, object]]


def confirm(gateway: Gateway, reference: str) -> object:
    return gateway.confirm(reference)


def cancel(gateway: Gateway, reference: str) -> object:
    return gateway.cancel(reference)


ASKED: dict[str, Ask] = {"confirm": confirm, "cancel": cancel}
BEFORE: dict[str, tuple[Ask, ...]] = {
    "prepared": (),
    "confirmed": (confirm,),
    "cancelled": (cancel,),
    "confirmed and cancelled": (confirm, cancel),
}


class Count:
    """Counts what a gateway does."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self, _: str, call: Callable[[], Any]) -> Any:
        self.made += 1
        return call()


class Death(Count):
    """Ends the worker at one of the calls, after it was made or before."""

    def __init__(self, at: int, *, after: bool) -> None:
        super().__init__()
        self._at, self._after = at, after

    def __call__(self, what: str, call: Callable[[], Any]) -> Any:
        here = self.made == self._at
        if here and not self._after:
            raise Died
        answer = super().__call__(what, call)
        if here:
            raise Died
        return answer


class Others(Count):
    """Lets others come first, one before each call from the given one on."""

    def __init__(self, at: int, others: Sequence[Callable[[], object]]) -> None:
        super().__init__()
        self._at, self._others = at, list(others)

    def __call__(self, what: str, call: Callable[[], Any]) -> Any:
        if self.made >= self._at and self._others:
            self._others.pop(0)()
        return super().__call__(what, call)


def found(world: World, token: str, before: tuple[Ask, ...]) -> str:
    """Return a reference to which this has happened."""
    reference = prepare(world, getattr(world, token))
    for ask in before:
        ask(world.gateway(), reference)
    return reference


def check(world: World, reference: str, *, cancelled: bool) -> None:
    """Check what holds at every moment, and after a cancel that came through."""
    books = world.books(reference)
    assert books.captures <= 1, "it was charged twice"
    assert books.refunded <= books.captured, "more was given back than had been charged"
    if cancelled:
        assert books.refunded == books.captured, "a cancelled reference is charged"


@pytest.mark.parametrize("token", ["success", "declined"])
@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("before", BEFORE)
def test_a_death_at_any_call_changes_no_answer_when_asked_again(
    world: World, before: str, asked: str, token: str
) -> None:
    ask, count = ASKED[asked], Count()
    alive = ask(world.gateway(count), found(world, token, BEFORE[before]))

    assert count.made
    for at, after in product(range(count.made), (False, True)):
        reference = found(world, token, BEFORE[before])
        with pytest.raises(Died):
            ask(world.gateway(Death(at, after=after)), reference)
        check(world, reference, cancelled=False)

        assert ask(world.gateway(), reference) == alive
        check(world, reference, cancelled="cancel" in (asked, before))
        settled(world, reference)


@pytest.mark.parametrize("token", ["success", "declined"])
@pytest.mark.parametrize(("dying", "next_asked"), [("confirm", "cancel"), ("cancel", "confirm")])
def test_a_death_at_any_call_leaves_nothing_that_the_other_call_stumbles_over(
    world: World, dying: str, next_asked: str, token: str
) -> None:
    count = Count()
    ASKED[dying](world.gateway(count), found(world, token, ()))

    for at, after in product(range(count.made), (False, True)):
        reference = found(world, token, ())
        with pytest.raises(Died):
            ASKED[dying](world.gateway(Death(at, after=after)), reference)
        ASKED[next_asked](world.gateway(), reference)

        check(world, reference, cancelled=next_asked == "cancel")
        settled(world, reference)


def settled(world: World, reference: str) -> None:
    """Check that a cancel ends it for ever, and that all answers agree with the books."""
    gateway = world.gateway()
    returned = gateway.cancel(reference)
    check(world, reference, cancelled=True)
    books = world.books(reference)
    answer = gateway.confirm(reference)

    assert returned == (AMOUNT if books.captured else None)
    assert (answer == Captured(amount=AMOUNT)) is bool(books.captured)
    assert (gateway.cancel(reference), gateway.confirm(reference)) == (returned, answer)
    assert world.books(reference) == books


@pytest.mark.parametrize("names", list(product(ASKED, repeat=3)), ids="-".join)
@pytest.mark.parametrize("before", ["prepared", "confirmed"])
def test_whoever_comes_between_two_calls_all_answers_agree_with_the_books(
    world: World, before: str, names: tuple[str, ...]
) -> None:
    for token in world.tokens:
        count = Count()
        tried(names[0], world.gateway(count), begun(world, token, before))
        for at in range(count.made):
            reference = begun(world, token, before)
            given: list[tuple[str, object]] = []

            def ask(name: str, gateway: Gateway, of: str = reference, to: Given = given) -> None:
                to.append((name, tried(name, gateway, of)))

            others = [partial(ask, name, world.gateway()) for name in names[1:]]
            ask(names[0], world.gateway(Others(at, others)))
            agreed(world, reference, given)


def begun(world: World, token: str, before: str) -> str:
    reference = prepare(world, token)
    if before == "confirmed":
        tried("confirm", world.gateway(), reference)
    return reference


def tried(name: str, gateway: Gateway, reference: str) -> object:
    try:
        return ASKED[name](gateway, reference)
    except GatewayUnavailable:
        return "lost"


def agreed(world: World, reference: str, given: Given) -> None:
    check(world, reference, cancelled=("cancel" in dict(given)))
    books = world.books(reference)
    returned = AMOUNT if books.captured else None
    _, confirmed = [tried("confirm", world.gateway(), reference) for _ in range(2)]
    assert (confirmed == Captured(amount=AMOUNT)) is bool(books.captured)
    for name, answer in given:
        assert answer in ([returned] if name == "cancel" else [confirmed, "lost"])
