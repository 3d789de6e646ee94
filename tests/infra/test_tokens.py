"""A stage with an issuer: its API requires a valid token, except for the catalogue."""

from functions.framework.api import http_services
from functions.map import API, SERVICES
from testkit.builders import ISSUER
from tests.infra.conftest import stack_of
from tests.support.assembly import Assembly
from tests.support.template import AUDIENCE

STACK = "fanfare-dev-checkout"
PUBLIC = {key for route in API.routes if route.public for key in route.keys}


def routes(assembly: Assembly) -> dict[str, tuple[str, str | None]]:
    """Return the type of authorization and the authorizer of each route."""
    return {
        route.properties["RouteKey"]: (
            route.properties["AuthorizationType"],
            route.properties.get("AuthorizerId"),
        )
        for route in assembly.resources("AWS::ApiGatewayV2::Route", STACK)
    }


def test_the_api_verifies_tokens_of_the_stages_issuer_for_its_audience(guarded: Assembly) -> None:
    authorizer = guarded.only("AWS::ApiGatewayV2::Authorizer", STACK)

    assert authorizer["AuthorizerType"] == "JWT"
    assert authorizer["IdentitySource"] == ["$request.header.Authorization"]
    assert authorizer["JwtConfiguration"] == {"Issuer": ISSUER, "Audience": [AUDIENCE]}


def test_every_route_but_the_public_ones_requires_a_token(guarded: Assembly) -> None:
    found = routes(guarded)

    assert set(found) == {key for route in API.routes for key in route.keys}
    assert {key for key, how in found.items() if how == ("NONE", None)} == PUBLIC
    assert {how for key, how in found.items() if key not in PUBLIC} == {
        ("JWT", "<AWS::ApiGatewayV2::Authorizer.Ref>")
    }


def test_only_the_catalogue_is_public() -> None:
    assert sorted(PUBLIC) == ["GET /products", "HEAD /products"]


def test_the_functions_environment_has_the_issuer(guarded: Assembly) -> None:
    function = guarded.only("AWS::Lambda::Function", STACK)

    assert function["Environment"]["Variables"]["FANFARE_ISSUER"] == ISSUER


def test_without_an_issuer_all_routes_are_open_to_guests(dev: Assembly) -> None:
    function = dev.only("AWS::Lambda::Function", STACK)

    assert dev.resources("AWS::ApiGatewayV2::Authorizer") == []
    assert set(routes(dev).values()) == {("NONE", None)}
    assert "FANFARE_ISSUER" not in function["Environment"]["Variables"]


def test_an_issuer_changes_the_stacks_of_apis_and_no_other(
    dev: Assembly, guarded: Assembly
) -> None:
    changed = {name for name in dev.stacks if dev.stacks[name] != guarded.stacks[name]}

    assert set(dev.stacks) == set(guarded.stacks)
    assert changed == set(map(stack_of, http_services(SERVICES)))
