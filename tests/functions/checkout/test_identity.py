"""Order ids: hashes of the customer and the key; the key as the capability to read the order."""

import re
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.checkout.identity import holds_key, key_of, order_id
from functions.framework.http import Request
from testkit.customer import KEY, ORDER, OTHER_KEY

KEYS = st.uuids().map(str)


def test_an_id_is_the_same_for_ever() -> None:
    assert order_id("0b9f3a52-6c1d-4e7a-8f24-3d5e6a7b8c01") == "1AYP3R5Q4DQJKR1RWNW0AQ89F6"


@given(KEYS)
def test_an_id_has_26_unambiguous_letters_and_digits(key: str) -> None:
    assert re.fullmatch("[0-7][0-9A-HJKMNP-TV-Z]{25}", order_id(key))


@given(KEYS, KEYS)
def test_another_key_is_another_order(one: str, other: str) -> None:
    assert (order_id(one) == order_id(other)) is (one == other)


def test_another_issuer_or_customer_is_another_order() -> None:
    ids = {
        order_id(KEY),
        order_id(KEY, issuer="https://login.example.com"),
        order_id(KEY, customer="42"),
        order_id(KEY, issuer="https://login.example.com", customer="42"),
    }

    assert len(ids) == 4


def test_a_key_is_read_in_lower_case() -> None:
    assert key_of(Request(headers={"idempotency-key": f" {KEY.upper()} "})) == KEY


def test_a_missing_key_is_generated() -> None:
    first, second = key_of(Request()), key_of(Request())

    assert UUID(first) != UUID(second)


@pytest.mark.parametrize(
    ("authorization", "opens"),
    [
        (f"Bearer {KEY}", True),
        (f"bearer {KEY}", True),
        (f"Bearer  {KEY}", True),
        (f"Bearer {OTHER_KEY}", False),
        (f"Basic {KEY}", False),
        (KEY, False),
        ("Bearer", False),
        ("Bearer \N{SNOWMAN}", False),
        ("", False),
    ],
)
def test_an_order_is_opened_by_its_key(authorization: str, opens: bool) -> None:
    assert holds_key(Request(headers={"authorization": authorization}), ORDER) is opens


def test_without_a_token_no_order_is_opened() -> None:
    assert not holds_key(Request(), ORDER)


def test_a_non_ascii_id_is_no_error() -> None:
    assert not holds_key(Request(headers={"authorization": f"Bearer {KEY}"}), "\N{SNOWMAN}")
