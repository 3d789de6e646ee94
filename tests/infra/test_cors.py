"""No web page of elsewhere may call the API, but those of the origins that a stage names."""

from dataclasses import replace

import pytest

from functions.map import API
from infra.cors import preflight
from infra.stage import DEV, STAGES, ImpossibleStage
from tests.support.assembly import Assembly, once, synthesize

STACK = f"fanfare-dev-{API.name}"
SHOP = "https://shop.example.com"
WRITTEN = "http://localhost:5173"


@pytest.fixture(scope="session")
def paged(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    stage = replace(DEV, origins=(SHOP, WRITTEN))
    return once(tmp_path_factory, "paged", lambda out: synthesize(out, stage, []))


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_without_origins_lets_no_page_in(
    stage: str, request: pytest.FixtureRequest
) -> None:
    assembly: Assembly = request.getfixturevalue(stage)
    for api in assembly.resources("AWS::ApiGatewayV2::Api"):
        assert "CorsConfiguration" not in api.properties


def test_pages_of_the_origins_that_a_stage_names_may_call_all_routes_and_see_what_they_need(
    paged: Assembly,
) -> None:
    assert paged.only("AWS::ApiGatewayV2::Api", STACK)["CorsConfiguration"] == {
        "AllowOrigins": [SHOP, WRITTEN],
        "AllowMethods": ["GET", "POST"],
        "AllowHeaders": [
            "Authorization",
            "Content-Type",
            "Idempotency-Key",
            "If-None-Match",
            "traceparent",
        ],
        "ExposeHeaders": ["Cache-Control", "ETag", "Idempotency-Key", "Location", "Retry-After"],
        "AllowCredentials": False,
        "MaxAge": 2 * 60 * 60,
    }


def test_nothing_else_of_the_stack_changes_with_it(paged: Assembly, dev: Assembly) -> None:
    def others(assembly: Assembly) -> list[object]:
        resources = assembly.stacks[STACK]["Resources"].values()
        return [each for each in resources if each["Type"] != "AWS::ApiGatewayV2::Api"]

    assert others(paged) == others(dev)


def test_what_a_page_may_send_follows_from_the_routes() -> None:
    (listed,) = (route for route in API.routes if route.endpoint == "list")
    allowed = preflight([listed], [SHOP])

    assert allowed is not None
    assert allowed.allow_methods is not None
    assert [method.value for method in allowed.allow_methods] == ["GET"]
    assert allowed.allow_headers == ["Authorization"]
    assert allowed.expose_headers == []


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "",
        "null",
        "shop.example.com",
        "https://*.example.com",
        "https://shop.example.com/",
        "https://shop.example.com/pages",
        "https://Shop.example.com",
        "https://example",
        "http://shop.example.com",
        "https://shop.example.com, https://other.example.com",
    ],
)
def test_an_origin_is_refused_that_no_browser_sends_or_that_is_everybodys(origin: str) -> None:
    with pytest.raises(ImpossibleStage, match="no page can be of"):
        replace(DEV, origins=(origin,))
