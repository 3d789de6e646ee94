"""Routes of a service, and the invalid ones."""

from dataclasses import replace
from typing import Any

import pytest

from functions.framework.api import distinct, http_services
from functions.framework.routes import Param, Route, check_routes
from functions.framework.service import Relay
from functions.map import API, BUS, CONSUMERS
from tests.support.example_loyalty import EXAMPLE

VALID = Route(method="GET", path="/gifts", endpoint="list", rate=1, burst=1, bearer=("jwt",))
ID = Param(name="id", where="path", form=str, about="The id.")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"path": "gifts"}, "name its path like /points"),
        ({"path": "/gifts/"}, "name its path like /points"),
        ({"path": "/gifts/{id+}"}, "name its path like /points"),
        ({"rate": 0}, "rate and burst must be at least 1"),
        ({"burst": 0}, "rate and burst must be at least 1"),
        ({"path": "/gifts/{id}"}, r"has the parameters \['id'\] and its params describe \[\]"),
        ({"params": (ID,)}, r"has the parameters \[\] and its params describe \['id'\]"),
        ({"public": True}, "requires a token unless the route is public"),
        ({"bearer": ()}, "requires a token unless the route is public"),
    ],
)
def test_an_invalid_route_is_refused_with_its_service_and_key(
    change: dict[str, Any], reason: str
) -> None:
    wrong = replace(VALID, **change)

    with pytest.raises(ValueError, match=reason) as refused:
        check_routes("gifts", [wrong])
    assert str(refused.value).startswith(f"gifts: GET {wrong.path}: ")


@pytest.mark.parametrize("path", ["/", "/gifts", "/gifts/{id}/wraps", "/v1.0/gifts"])
def test_a_valid_route_is_accepted(path: str) -> None:
    check_routes("gifts", [replace(VALID, path=path, params=(ID,) if "{" in path else ())])


def test_two_routes_that_match_the_same_requests_are_refused() -> None:
    one = replace(VALID, path="/gifts/{id}", params=(ID,))
    other = replace(VALID, path="/gifts/{name}", params=(replace(ID, name="name"),))

    with pytest.raises(ValueError, match=r"GET /gifts/\{name\} and GET /gifts/\{id\} match"):
        check_routes("gifts", [one, other])
    check_routes("gifts", [one, replace(other, method="POST")])


def test_routes_need_endpoints_and_endpoints_need_routes() -> None:
    for without in ({"routes": ()}, {"endpoints": None}):
        with pytest.raises(ValueError, match="exampleloyalty: routes need `endpoints`"):
            replace(EXAMPLE, **without)


def test_a_consumers_and_the_apis_routes_are_checked_when_they_are_declared() -> None:
    for service in (EXAMPLE, API):
        wrong = (*service.routes, replace(VALID, rate=0))
        with pytest.raises(ValueError, match=f"{service.name}: GET /gifts: rate and burst"):
            replace(service, routes=wrong)


def test_two_services_do_not_answer_the_same_requests() -> None:
    taken = tuple(route for route in API.routes if route.endpoint == "list")
    same = replace(EXAMPLE, routes=taken)

    with pytest.raises(ValueError, match="checkout and exampleloyalty both answer GET /orders;"):
        distinct(API, *CONSUMERS, same)
    assert distinct(API, *CONSUMERS, EXAMPLE)[-1] is EXAMPLE


def test_services_that_answer_requests_are_those_with_routes() -> None:
    assert isinstance(BUS, Relay)
    assert list(
        http_services([API, BUS, replace(EXAMPLE, routes=(), endpoints=None), EXAMPLE])
    ) == [
        API,
        EXAMPLE,
    ]
