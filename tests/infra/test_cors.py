"""CORS: only pages of the stage's origins may call the API from another origin."""

from dataclasses import replace

import pytest

from functions.map import API
from infra.cors import preflight
from infra.stage import DEV, STAGES, InvalidStage
from tests.infra.conftest import assembly_fixture
from tests.support.assembly import Assembly

STACK = f"fanfare-dev-{API.name}"
SHOP = "https://shop.example.com"
LOCALHOST = "http://localhost:5173"


paged = assembly_fixture("paged", replace(DEV, origins=(SHOP, LOCALHOST)), [])


@pytest.mark.parametrize("stage", STAGES, indirect=True)
def test_a_stage_without_origins_has_no_cors(stage: Assembly) -> None:
    for api in stage.resources("AWS::ApiGatewayV2::Api"):
        assert "CorsConfiguration" not in api.properties


def test_pages_of_a_stages_origins_may_call_all_routes_and_read_their_headers(
    paged: Assembly,
) -> None:
    assert paged.only("AWS::ApiGatewayV2::Api", STACK)["CorsConfiguration"] == {
        "AllowOrigins": [SHOP, LOCALHOST],
        "AllowMethods": ["GET", "HEAD", "POST"],
        "AllowHeaders": [
            "Authorization",
            "Content-Type",
            "Idempotency-Key",
            "If-None-Match",
            "traceparent",
        ],
        "ExposeHeaders": [
            "Cache-Control",
            "ETag",
            "Idempotency-Key",
            "Location",
            "Retry-After",
            "x-correlation-id",
        ],
        "AllowCredentials": False,
        "MaxAge": 2 * 60 * 60,
    }


def test_origins_change_nothing_else_in_the_stack(paged: Assembly, dev: Assembly) -> None:
    def others(assembly: Assembly) -> list[object]:
        resources = assembly.stacks[STACK]["Resources"].values()
        return [each for each in resources if each["Type"] != "AWS::ApiGatewayV2::Api"]

    assert others(paged) == others(dev)


def test_allowed_methods_and_headers_follow_from_the_routes() -> None:
    (listed,) = (route for route in API.routes if route.endpoint == "list")
    allowed = preflight([listed], [SHOP])

    assert allowed is not None
    assert allowed.allow_methods is not None
    assert [method.value for method in allowed.allow_methods] == ["GET", "HEAD"]
    assert allowed.allow_headers == ["Authorization"]
    assert allowed.expose_headers == ["x-correlation-id"]


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
def test_an_origin_that_no_browser_sends_and_a_wildcard_are_refused(origin: str) -> None:
    with pytest.raises(InvalidStage, match="is not a valid origin"):
        replace(DEV, origins=(origin,))
