"""A stage with an issuer on a real local cloud: its HTTP API verifies real tokens."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest

from ops.local.samples import samples
from tests.e2e.local_cloud import LocalCloud, local_cloud, wait_until
from tests.support.oidc import Issuer, issuing, new_key
from tests.support.template import AUDIENCE

BODY = samples()[0].body
ROBIN = "robin"
KIM = "kim"


class Shop:
    """The deployed shop, as its customers reach it, and the issuer of their tokens."""

    def __init__(self, cloud: LocalCloud, issuer: Issuer) -> None:
        self.cloud = cloud
        self.issuer = issuer
        self.token = issuer.token

    def place(self, subject: str, key: str | None = None) -> str:
        """Place a customer's order and return its id."""
        more = {"idempotency-key": key or str(uuid4())}
        answer = self.cloud.request("POST", "/checkout", self.token(subject), body=BODY, **more)
        assert answer.status == 200, answer.data
        return str(answer.json()["id"])


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    with issuing() as issuer:
        issuer.publish()
        with local_cloud(issuer=issuer.url, audience=AUDIENCE) as cloud:
            yield Shop(cloud, issuer)


def test_the_catalogue_is_public(shop: Shop) -> None:
    assert shop.cloud.request("GET", "/products").status == 200
    assert shop.cloud.request("GET", "/products", "no.token.atall").status == 200


BAD: dict[str, Callable[[Issuer], str | None]] = {
    "no token": lambda _: None,
    "no JWT": lambda _: str(uuid4()),
    "expired": lambda issuer: issuer.token(ROBIN, iat=0, nbf=0, exp=1),
    "not valid yet": lambda issuer: issuer.token(ROBIN, nbf=2**31),
    "wrong audience": lambda issuer: issuer.token(ROBIN, aud="another-shop"),
    "wrong issuer": lambda issuer: issuer.token(ROBIN, iss="https://login.example.com"),
    "wrong key": lambda issuer: issuer.token(ROBIN, key=new_key()),
    "unsigned": lambda issuer: issuer.token(ROBIN, algorithm="none"),
    "no subject": lambda issuer: issuer.token(""),
}


@pytest.mark.parametrize("route", ["POST /checkout", "GET /orders", "GET /orders/{}",
                                   "POST /orders/{}/cancel"])  # fmt: skip
@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_every_other_route_requires_a_valid_token(
    shop: Shop, robins: str, bad: Callable[[Issuer], str | None], route: str
) -> None:
    method, path = route.format(robins).split()

    assert shop.cloud.request(method, path, bad(shop.issuer), body=BODY).status == 401


@pytest.fixture(scope="module")
def robins(shop: Shop) -> str:
    """An order of Robin's."""
    return shop.place(ROBIN)


def test_a_customer_sees_and_cancels_their_own_order_with_any_valid_token(
    shop: Shop, robins: str
) -> None:
    shown = shop.cloud.request(
        "GET", f"/orders/{robins}", shop.token(ROBIN, aud=[AUDIENCE, "another-shop"])
    )
    gone = shop.cloud.request("POST", f"/orders/{shop.place(ROBIN)}/cancel", shop.token(ROBIN))

    assert (shown.status, shown.json()["id"]) == (200, robins)
    assert gone.status in (200, 409)


def test_a_customers_orders_are_in_their_list_and_in_no_other(shop: Shop, robins: str) -> None:
    def listed(subject: str) -> list[str]:
        answer = shop.cloud.request("GET", "/orders?limit=100", shop.token(subject))
        assert answer.status == 200
        return [order["id"] for order in answer.json()["orders"]]

    kims = shop.place(KIM)

    wait_until(lambda: robins in listed(ROBIN) and kims in listed(KIM), 30, "both are listed")
    assert kims not in listed(ROBIN)
    assert robins not in listed(KIM)


def test_a_page_follows_another_by_its_cursor(shop: Shop) -> None:
    token = shop.token("sam")
    orders = {shop.place("sam"), shop.place("sam")}
    wait_until(
        lambda: len(shop.cloud.request("GET", "/orders", token).json()["orders"]) == 2, 30, "both"
    )

    first = shop.cloud.request("GET", "/orders?limit=1", token).json()
    last = shop.cloud.request("GET", f"/orders?limit=1&cursor={first['cursor']}", token).json()

    assert {first["orders"][0]["id"], last["orders"][0]["id"]} == orders
    assert "cursor" not in last
    assert shop.cloud.request("GET", "/orders?limit=0", token).status == 400


def test_another_customers_token_does_not_find_the_order(shop: Shop, robins: str) -> None:
    for method, path in (("GET", ""), ("POST", "/cancel")):
        answer = shop.cloud.request(method, f"/orders/{robins}{path}", shop.token(KIM))
        assert (answer.status, answer.json()["type"]) == (404, "urn:fanfare:problem:no-such-order")


def test_the_same_idempotency_key_of_two_customers_is_two_orders(shop: Shop) -> None:
    key = str(uuid4())

    assert shop.place(ROBIN, key) == shop.place(ROBIN, key) != shop.place(KIM, key)
