"""The declared answers of the API's routes against the answers of its code."""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from jsonschema import ValidationError

from functions import map as the_map
from functions.framework.api import Api, http_services
from functions.framework.routes import EVERYWHERE, UNAUTHENTICATED
from functions.framework.service import Consumer
from functions.runtime.handlers import api, caller
from testkit.customer import BODY, KEY, ORDER
from tests.functions.checkout.conftest import MemoryShop
from tests.support.openapi import check_answer

EDGE = Path(api.__file__)
CALLER = Path(caller.__file__)
NO_ROUTE = (404, "no-such-route")
"""The answer where there is no route that could declare it."""


def raised(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the status and kind of every problem that a module raises; both must be literals."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Problem":
            status, kind = node.args[:2]
            assert isinstance(status, ast.Constant), f"{path}:{node.lineno}"
            assert isinstance(kind, ast.Constant), f"{path}:{node.lineno}"
            yield int(str(status.value)), str(kind.value)


@pytest.mark.parametrize(
    "service", [*http_services(the_map.SERVICES)], ids=lambda service: service.name
)
def test_exactly_the_raised_problems_are_declared(service: Api | Consumer) -> None:
    folder = Path(str(import_module(service.code_package).__file__)).parent
    in_code = {problem for path in folder.rglob("*.py") for problem in raised(path)}
    declared = {(p.status, p.kind) for route in service.routes for p in route.problems}

    assert in_code == declared, f"`problems` of the routes in {folder} are not those of its code"


def test_exactly_the_problems_of_the_api_handler_are_declared() -> None:
    assert set(raised(EDGE)) == {(p.status, p.kind) for p in EVERYWHERE} | {NO_ROUTE}
    assert set(raised(CALLER)) == {(UNAUTHENTICATED.status, UNAUTHENTICATED.kind)}


# Each answer in these tests is checked against docs/openapi.json; here the check is checked.


@pytest.fixture
def answered(shop: MemoryShop) -> dict[str, Any]:
    answer = shop.place()
    return {
        "route": "POST /checkout",
        "status": answer.status,
        "headers": answer.headers,
        "body": answer.body,
        "sent": BODY,
    }


def problem(kind: str, status: int) -> dict[str, Any]:
    headers = {"content-type": "application/problem+json"}
    body = {"type": f"urn:fanfare:problem:{kind}", "title": "", "status": status, "detail": ""}
    return {"status": status, "headers": headers, "body": body}


@pytest.mark.parametrize(
    "change",
    [
        {"status": 201},
        {"headers": {"content-type": "application/json", "idempotency-key": KEY}},
        {"body": None},
        {"body": {"id": ORDER}},
        {"sent": BODY | {"coupon": "FREE"}},
        {"sent": BODY | {"delivery": "pigeon"}},
        problem("out-of-paper", 422),
        problem("mixed-currencies", 409),
        problem("price-changed", 409),  # which has a total
    ],
    ids=["status", "no Location", "no body", "half a body", "member", "value", "kind",
         "status of a kind", "member of a kind"],
)  # fmt: skip
def test_an_answer_that_differs_from_the_document_is_detected(
    answered: dict[str, Any], change: dict[str, Any]
) -> None:
    with pytest.raises((AssertionError, ValidationError)):
        check_answer(**answered | change)


def test_an_undescribed_header_or_member_is_detected(answered: dict[str, Any]) -> None:
    for part, more in (("headers", {"x-more": "1"}), ("body", {"more": 1})):
        with pytest.raises(AssertionError):
            check_answer(**answered | {part: answered[part] | more})


def test_an_answer_as_described_passes(answered: dict[str, Any]) -> None:
    check_answer(**answered)
    check_answer(**answered | problem("mixed-currencies", 422))
