"""Showing an order to a guest with its key."""

from typing import Any
from unittest.mock import call

import pytest

from events.contracts.inventory import StockReserved
from events.contracts.ordering import OrderConfirmed
from events.contracts.payment import PaymentPrepared
from events.contracts.shipping import DispatchScheduled
from events.envelope import Event
from functions.checkout.identity import order_id
from functions.checkout.orders import POLLING, SLOW_POLLING
from testkit.builders import Clock, then
from testkit.customer import BODY, KEY, ORDER, OTHER_KEY, HttpAnswer
from tests.functions.checkout.conftest import MemoryShop, append_facts

CONFIRMED = OrderConfirmed()
DISPATCHED = DispatchScheduled(carrier="sandbox", reference="SBX1")


def test_an_order_can_be_read_at_once_after_its_200(placed: MemoryShop) -> None:
    answer = placed.show()

    assert answer.status == 200
    assert (answer.body["id"], answer.body["status"]) == (ORDER, "placed")
    assert [step["type"] for step in answer.body["timeline"]] == ["OrderPlaced"]


def test_an_order_is_folded_from_one_read_of_its_log(placed: MemoryShop) -> None:
    append_facts(placed, PaymentPrepared(reference="r"), CONFIRMED, DISPATCHED)
    placed.log.reset_mock()
    answer = placed.show()

    assert placed.log.method_calls == [call.read(ORDER)]
    assert (answer.body["status"], answer.body["tracking"]) == ("dispatched", "SBX1")


def test_an_order_is_shown_without_address_email_token_and_key(placed: MemoryShop) -> None:
    answer = placed.show()

    shown = str(answer.body) + str(answer.headers)
    for secret in (KEY, BODY["email"], BODY["payment_token"], *BODY["ship_to"].values()):
        assert f"'{secret}'" not in shown


@pytest.mark.parametrize("operation", [MemoryShop.show, MemoryShop.cancel], ids=["show", "cancel"])
def test_wrong_and_missing_keys_and_orders_get_the_same_404(
    placed: MemoryShop, operation: Any
) -> None:
    answers: list[HttpAnswer] = [
        operation(placed, bearer=None),
        operation(placed, bearer=OTHER_KEY),
        operation(placed, bearer="nonsense"),
        operation(placed, bearer=""),
        operation(placed, order="NOSUCHORDER", bearer=KEY),
        operation(placed, order="", bearer=KEY),
        operation(placed, order=ORDER.lower(), bearer=KEY),
    ]

    assert answers[0].status == 404
    assert answers[0].problem == "no-such-order"
    assert "Idempotency-Key" in answers[0].body["detail"]
    assert all(answer == answers[0] for answer in answers)
    placed.log.append.assert_not_called()


def test_the_right_key_of_an_order_that_was_never_placed_gets_that_404_too(
    placed: MemoryShop,
) -> None:
    never = placed.show(order=order_id(OTHER_KEY), bearer=OTHER_KEY)

    assert never == placed.show(bearer=None)


def test_a_request_without_an_order_gets_that_404_too(placed: MemoryShop) -> None:
    nameless = placed.request("GET /orders/{id}", authorization=f"Bearer {KEY}")

    assert nameless == placed.show(bearer=None)


def test_a_wrong_key_causes_no_read(placed: MemoryShop) -> None:
    placed.show(bearer=OTHER_KEY)

    assert placed.log.method_calls == []


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_bearer_scheme_and_key_ignore_case(placed: MemoryShop, scheme: str) -> None:
    answer = placed.request(
        "GET /orders/{id}", path={"id": ORDER}, authorization=f"{scheme} {KEY.upper()}"
    )

    assert answer.status == 200


def test_the_key_is_not_accepted_under_another_scheme(placed: MemoryShop) -> None:
    answer = placed.request("GET /orders/{id}", path={"id": ORDER}, authorization=f"Basic {KEY}")

    assert answer.status == 404


def test_an_unchanged_order_is_not_sent_again(placed: MemoryShop) -> None:
    first = placed.show()
    again = placed.show(if_none_match=first.headers["etag"])

    assert (again.status, again.body) == (304, None)
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["retry-after"] == first.headers["retry-after"]


@pytest.mark.parametrize("known", ["*", "W/{}", '"1-0", {}', '"1-0",W/{} , "2-0"'])
def test_the_callers_version_is_compared_weakly_and_in_lists(
    placed: MemoryShop, known: str
) -> None:
    etag = placed.show().headers["etag"]

    assert placed.show(if_none_match=known.format(etag)).status == 304


@pytest.mark.parametrize("known", ["", "x", "W/", '"', '"1-0"', '"*"', '"1-0", *'])
def test_another_version_is_sent_the_order(placed: MemoryShop, known: str) -> None:
    assert placed.show(if_none_match=known).status == 200


def test_every_new_fact_changes_the_etag(placed: MemoryShop) -> None:
    first = placed.show()
    append_facts(placed, PaymentPrepared(reference="r"))

    assert placed.show(if_none_match=first.headers["etag"]).status == 200


def test_a_fact_with_the_same_sequence_changes_the_etag_too(placed: MemoryShop) -> None:
    origin = next(iter(placed.log.read(ORDER)))
    facts: list[Event[Any]] = [
        then(origin, StockReserved(lines=())),
        then(origin, PaymentPrepared(reference="r")),
    ]
    placed.log.append(facts[0])
    first = placed.show()
    placed.log.append(facts[1])

    assert facts[0].sequence == facts[1].sequence
    assert placed.show(if_none_match=first.headers["etag"]).status == 200


@pytest.mark.parametrize(
    ("age", "wait"),
    [(0, 1), (9, 1), (10, 5), (59, 5), (60, SLOW_POLLING), (86_400, SLOW_POLLING)],
)
def test_an_order_in_progress_has_a_retry_after(
    placed: MemoryShop, clock: Clock, age: int, wait: int
) -> None:
    clock.advance(seconds=age)

    assert placed.show().headers["retry-after"] == str(wait)
    assert POLLING[0][0] < POLLING[1][0]


def test_an_ended_order_has_no_retry_after(placed: MemoryShop) -> None:
    append_facts(placed, CONFIRMED, DISPATCHED)

    assert "retry-after" not in placed.show().headers


def test_the_log_lines_of_show_and_cancel_name_the_order(placed: MemoryShop) -> None:
    placed.lines.lines.clear()
    placed.show()
    placed.cancel()

    assert [line["order"] for line in placed.lines.lines] == [ORDER, ORDER]
