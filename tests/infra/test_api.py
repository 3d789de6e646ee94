import json

from functions.framework.api import Api
from functions.framework.service import Consumer
from functions.map import API, SERVICES
from tests.infra.conftest import stack_of
from tests.support.assembly import Assembly

STACK = "fanfare-dev-checkout"


def test_every_api_has_the_routes_of_its_row_and_no_other(dev: Assembly) -> None:
    for service in SERVICES:
        found = dev.resources("AWS::ApiGatewayV2::Route", stack_of(service))
        routes = service.routes if isinstance(service, (Api, Consumer)) else ()
        assert {each.properties["RouteKey"] for each in found} == {
            key for each in routes for key in each.keys
        }


def test_every_route_has_the_throttle_of_its_row(dev: Assembly) -> None:
    entry = dev.only("AWS::ApiGatewayV2::Stage", STACK)
    assert entry["StageName"] == "$default"
    assert entry["AutoDeploy"] is True
    assert entry["RouteSettings"] == {
        key: {"ThrottlingRateLimit": route.rate, "ThrottlingBurstLimit": route.burst}
        for route in API.routes
        for key in route.keys
    }


def test_the_stage_waits_for_the_routes_that_it_throttles(dev: Assembly) -> None:
    resources = dev.stacks[STACK]["Resources"]
    routes = {name for name, each in resources.items() if each["Type"].endswith("V2::Route")}
    (entry,) = (each for each in resources.values() if each["Type"].endswith("V2::Stage"))
    assert routes <= set(entry["DependsOn"])


def test_all_routes_invoke_one_function_which_only_this_api_may_invoke(
    dev: Assembly,
) -> None:
    integration = dev.only("AWS::ApiGatewayV2::Integration", STACK)
    assert integration["PayloadFormatVersion"] == "2.0"
    permission = dev.only("AWS::Lambda::Permission", STACK)
    assert permission["Principal"] == "apigateway.amazonaws.com"
    assert "<AWS::ApiGatewayV2::Api.Ref>" in permission["SourceArn"]


def test_the_functions_environment_has_the_log_the_catalogue_and_the_list(dev: Assembly) -> None:
    function = dev.only("AWS::Lambda::Function", STACK)
    assert function["Environment"]["Variables"] == {
        "FANFARE_SERVICE": "checkout",
        "FANFARE_LOG": "fanfare-dev-log",
        "FANFARE_TABLE_CATALOGUE": "fanfare-dev-checkout-catalogue",
        "FANFARE_TABLE_LIST": "fanfare-dev-orders-list",
    }


def test_the_stacks_outputs_are_the_apis_url_and_id(dev: Assembly) -> None:
    outputs = dev.stacks[STACK]["Outputs"]
    assert set(outputs) == {"ApiUrl", "ApiId"}
    assert "ApiEndpoint" in json.dumps(outputs["ApiUrl"])


def test_a_route_without_its_own_throttle_gets_the_lowest_limits(dev: Assembly) -> None:
    entry = dev.only("AWS::ApiGatewayV2::Stage", STACK)
    assert entry["DefaultRouteSettings"] == {
        "ThrottlingRateLimit": min(route.rate for route in API.routes),
        "ThrottlingBurstLimit": min(route.burst for route in API.routes),
    }
