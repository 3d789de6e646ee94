import json

import pytest

from functions.map import API, BUS, CONSUMERS, SERVICES
from infra.stage import STAGES
from tests.infra.conftest import stack_of
from tests.support.assembly import Assembly
from tests.support.tables import usual_tables

BUS_STACK = "fanfare-dev-bus"


def test_there_is_a_stack_for_the_bus_one_for_the_api_and_one_for_each_consumer(
    dev: Assembly,
) -> None:
    parts = ["bus", API.name, *(consumer.name for consumer in CONSUMERS)]
    assert set(dev.stacks) == {f"fanfare-dev-{part}" for part in parts}


@pytest.mark.parametrize("stage", STAGES, indirect=True)
def test_no_template_exports_or_imports_anything(stage: Assembly) -> None:
    for template in stage.stacks.values():
        outputs = template.get("Outputs", {}).values()
        assert not any("Export" in output for output in outputs)
        written = json.dumps(template)
        assert "Fn::ImportValue" not in written
        assert "Fn::GetStackOutput" not in written


def test_every_stack_but_the_bus_needs_the_bus_and_no_other_stack(dev: Assembly) -> None:
    for name in dev.stacks:
        needed = dev.manifest[name].get("dependencies", [])
        stacks = {other for other in needed if not other.endswith(".assets")}
        assert stacks == (set() if name == BUS_STACK else {BUS_STACK})


def test_every_stack_has_tags_of_system_and_stage_and_a_description(
    prod: Assembly,
) -> None:
    for name, template in prod.stacks.items():
        tags = prod.manifest[name]["properties"]["tags"]
        assert tags == {"system": "fanfare", "stage": "prod"}
        assert template["Description"].startswith("Fanfare prod: ")


def test_every_function_has_the_name_and_settings_of_its_service(dev: Assembly) -> None:
    functions = {
        function.properties["FunctionName"]: function.properties
        for function in dev.resources("AWS::Lambda::Function")
    }
    assert set(functions) == {f"fanfare-dev-{service.name}" for service in SERVICES}
    for service in SERVICES:
        function = functions[f"fanfare-dev-{service.name}"]
        assert function["Timeout"] == service.timeout
        assert function["MemorySize"] == service.memory
        assert function["Runtime"] == "python3.13"
        assert function["Handler"] == "functions.runtime.entry.handler"
        assert function["Environment"]["Variables"]["FANFARE_SERVICE"] == service.name


def test_every_function_has_its_own_log_group_without_a_fixed_name(dev: Assembly) -> None:
    groups = {group.logical_id: group.properties for group in dev.resources("AWS::Logs::LogGroup")}
    for template in dev.stacks.values():
        (function,) = (
            each["Properties"]
            for each in template["Resources"].values()
            if each["Type"] == "AWS::Lambda::Function"
        )
        assert "LogGroupName" not in groups[function["LoggingConfig"]["LogGroup"]["Ref"]]


def test_no_function_reserves_concurrency_of_the_account(dev: Assembly) -> None:
    for function in dev.resources("AWS::Lambda::Function"):
        assert "ReservedConcurrentExecutions" not in function.properties


def test_every_own_table_has_the_keys_that_its_service_declares(dev: Assembly) -> None:
    for service in SERVICES:
        tables = {
            table.properties["TableName"]: table.properties["KeySchema"]
            for table in dev.resources("AWS::DynamoDB::Table", stack_of(service))
            if service is not BUS
        }
        assert tables == {
            f"fanfare-dev-{service.name}-{own.name}": [
                {"AttributeName": key, "KeyType": kind}
                for key, kind in ((own.key, "HASH"), (own.sort, "RANGE"))
                if key
            ]
            for own in usual_tables(service)
            if own.owner is None
        }


def test_an_index_projects_keys_only_by_the_attribute_of_its_name(dev: Assembly) -> None:
    indexed = {
        each.properties["TableName"]: each.properties
        for each in dev.resources("AWS::DynamoDB::Table")
        if "GlobalSecondaryIndexes" in each.properties
    }
    table = indexed["fanfare-dev-orders-list"]
    kinds = {
        index["Projection"]["ProjectionType"]
        for each in indexed.values()
        for index in each["GlobalSecondaryIndexes"]
    }
    assert kinds == {"KEYS_ONLY"}
    assert table["GlobalSecondaryIndexes"] == [
        {
            "IndexName": "open",
            "KeySchema": [
                {"AttributeName": "open", "KeyType": "HASH"},
                {"AttributeName": "place", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        }
    ]


def test_every_table_is_billed_by_request(dev: Assembly) -> None:
    for table in dev.resources("AWS::DynamoDB::Table"):
        assert table.properties["BillingMode"] == "PAY_PER_REQUEST"
