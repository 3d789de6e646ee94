"""A stage with an issuer: an order belongs to the token's subject only."""

from typing import Any

import pytest
from msgspec.structs import replace

from events.contracts.ordering import OrderCancelled
from functions.checkout.identity import may_read, order_id, owns
from functions.framework.customer import customer_key
from functions.framework.http import Request
from testkit.builders import ISSUER, order_placed, verified
from testkit.customer import BODY, KEY, ORDER, OTHER_KEY, HttpAnswer
from tests.functions.checkout.conftest import MemoryShop, only_event

ROBIN = "auth0|robin"
KIM = "auth0|kim"
OPERATIONS = pytest.mark.parametrize(
    "operation", [MemoryShop.show, MemoryShop.cancel], ids=["show", "cancel"]
)


@pytest.fixture
def guarded(shop: MemoryShop) -> MemoryShop:
    shop.guard(ROBIN)
    return shop


@pytest.fixture
def robins(guarded: MemoryShop) -> str:
    """An order of Robin, the token's subject."""
    return str(guarded.place().body["id"])


def test_a_customer_sees_and_cancels_their_order_without_its_key(
    guarded: MemoryShop, robins: str
) -> None:
    assert guarded.show(robins, bearer=None).body["id"] == robins
    assert guarded.cancel(robins, bearer=None).body["status"] == "cancelled"


def test_the_log_has_a_hash_of_the_customer_and_no_log_line_has_any(
    guarded: MemoryShop, robins: str
) -> None:
    event = only_event(guarded, robins)

    assert event.data.customer == customer_key(ISSUER, ROBIN)
    assert ROBIN not in str(event)
    assert ROBIN not in str(guarded.lines.lines)
    assert customer_key(ISSUER, ROBIN) not in str(guarded.lines.lines)


def test_customers_of_two_issuers_are_different() -> None:
    keys = {
        customer_key(ISSUER, ROBIN),
        customer_key(ISSUER, KIM),
        customer_key("https://login.example.org", ROBIN),
    }

    assert len(keys) == 3
    assert {len(key) for key in keys} == {26}


@OPERATIONS
def test_foreign_unknown_invalid_and_guests_orders_get_the_same_404(
    shop: MemoryShop, operation: Any
) -> None:
    guests = shop.place().body["id"]
    shop.guard(ROBIN)
    robins = shop.place().body["id"]
    shop.guard(KIM)
    shop.log.reset_mock()

    answers: list[HttpAnswer] = [
        operation(shop, order, bearer=key)
        for order in (robins, guests, order_id(OTHER_KEY), "", "x" * 5000, robins.lower())
        for key in (KEY, None)
    ]

    assert (answers[0].status, answers[0].problem) == (404, "no-such-order")
    assert all(answer == answers[0] for answer in answers)
    shop.log.append.assert_not_called()


def test_the_detail_of_that_404_mentions_no_key(guarded: MemoryShop) -> None:
    detail = guarded.show(order_id(OTHER_KEY)).body["detail"]

    assert "key" not in detail.lower()
    assert "yours" in detail


def test_an_invalid_id_causes_no_read(guarded: MemoryShop) -> None:
    guarded.show("x" * 5000)
    guarded.show("")

    assert guarded.log.method_calls == []


def test_the_same_key_of_two_customers_is_two_orders(guarded: MemoryShop, robins: str) -> None:
    again = guarded.place().body["id"]
    guarded.guard(KIM)
    kims = guarded.place(BODY | {"payment_token": "tok_declined"})

    assert again == robins
    assert kims.status == 200
    assert len({robins, kims.body["id"], ORDER}) == 3


def test_the_same_key_of_one_subject_at_two_issuers_is_two_orders(
    guarded: MemoryShop, robins: str
) -> None:
    other = "https://login.example.org"
    guarded.guard(ROBIN, issuer=other)
    guarded.context = verified(ROBIN, other)

    assert guarded.place().body["id"] != robins


def test_a_request_without_a_token_reads_and_writes_nothing(
    guarded: MemoryShop, robins: str
) -> None:
    guarded.guard(None)
    guarded.log.reset_mock()

    answers = [guarded.place(), guarded.show(robins), guarded.cancel(robins)]

    assert [(a.status, a.problem) for a in answers] == [(401, "unauthenticated")] * 3
    assert guarded.log.method_calls == []


def test_the_catalogue_needs_no_token(guarded: MemoryShop) -> None:
    guarded.guard(None)

    assert guarded.request("GET /products").status == 200


# -- changes of the issuer -------------------------------------------------------------------------


@OPERATIONS
def test_a_customers_order_stays_closed_to_guests_without_the_issuer(
    guarded: MemoryShop, robins: str, operation: Any
) -> None:
    guarded.guard(ROBIN, issuer=None)

    assert operation(guarded, robins, bearer=KEY).status == 404
    assert operation(guarded, ORDER, bearer=KEY).status == 404
    assert not guarded.log.read(robins).states(OrderCancelled)


def test_a_guests_order_is_open_again_without_the_issuer(shop: MemoryShop) -> None:
    shop.place()
    shop.guard(ROBIN)
    closed = shop.show()
    shop.guard(None, issuer=None)

    assert (closed.status, shop.show().status) == (404, 200)


def test_a_customers_order_stays_closed_to_the_same_subject_of_another_issuer(
    guarded: MemoryShop, robins: str
) -> None:
    other = "https://login.example.org"
    guarded.guard(ROBIN, issuer=other)
    guarded.context = verified(ROBIN, other)

    assert guarded.show(robins).status == 404


def test_a_customers_order_is_not_opened_by_a_matching_key() -> None:
    request = Request(headers={"authorization": f"Bearer {KEY}"})
    robins = replace(order_placed(), customer=customer_key(ISSUER, ROBIN))

    assert may_read(request, ORDER)
    assert owns(request, order_placed())
    assert not owns(request, robins)


# -- operators -------------------------------------------------------------------------------------


def test_an_operators_order_has_no_customer(guarded: MemoryShop) -> None:
    answer = guarded.handle(BODY | {"idempotency_key": KEY}, None)

    assert (answer["id"], only_event(guarded).data.customer) == (ORDER, None)
    assert guarded.show(ORDER, bearer=KEY).status == 404
