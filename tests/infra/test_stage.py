import os
import subprocess
import sys

import pytest

from functions import names
from functions.map import CONSUMERS
from infra.stage import STAGES, UnknownStage, stage_named
from tests.support.assembly import ROOT, Assembly

WITH_DATA = ("AWS::DynamoDB::Table", "AWS::Logs::LogGroup")


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_is_found_by_its_name(name: str) -> None:
    assert stage_named(name).name == name


def test_an_unknown_stage_is_refused_with_the_names_of_all_stages() -> None:
    with pytest.raises(UnknownStage, match="no stage 'nope', only local, dev, prod"):
        stage_named("nope")


def test_the_app_reports_an_unknown_stage_without_a_traceback() -> None:
    done = subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env=os.environ | {"CDK_CONTEXT_JSON": '{"stage": "nope"}'},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("There is no stage 'nope'")
    assert "Traceback" not in done.stderr


def test_the_production_stage_retains_data_and_logs(
    prod: Assembly,
) -> None:
    for kind in WITH_DATA:
        for resource in prod.raw(kind):
            assert resource["DeletionPolicy"] == "RetainExceptOnCreate"
            assert resource["UpdateReplacePolicy"] == "Retain"


def test_the_production_stage_is_protected_from_deletion(prod: Assembly) -> None:
    for table in prod.resources("AWS::DynamoDB::Table"):
        assert table.properties["DeletionProtectionEnabled"] is True
    for name in prod.stacks:
        assert prod.manifest[name]["properties"]["terminationProtection"] is True


@pytest.mark.parametrize("stage", ["local", "dev"], indirect=True)
def test_other_stages_retain_nothing(stage: Assembly) -> None:
    for kind in WITH_DATA:
        for resource in stage.raw(kind):
            assert resource["DeletionPolicy"] == "Delete"
    for table in stage.resources("AWS::DynamoDB::Table"):
        assert table.properties["DeletionProtectionEnabled"] is False
    for name in stage.stacks:
        assert not stage.manifest[name]["properties"].get("terminationProtection")


def test_logs_are_kept_longest_in_production(
    local: Assembly, dev: Assembly, prod: Assembly
) -> None:
    days = [
        {group.properties["RetentionInDays"] for group in stage.resources("AWS::Logs::LogGroup")}
        for stage in (local, dev, prod)
    ]
    assert days == [{1}, {14}, {180}]


TYPES_OF_ADAPTERS = {"AWS::DynamoDB::Table", "AWS::Lambda::LayerVersion"}


def test_the_stages_have_the_same_resources_except_those_of_adapters(
    local: Assembly, dev: Assembly, prod: Assembly
) -> None:
    adapted = {
        names.prefixed("", row.name)
        for row in CONSUMERS
        if len({stage.adapter_of(row) for stage in STAGES.values()}) > 1
    }

    def shape(assembly: Assembly, stage: str) -> dict[str, list[str]]:
        return {
            part: sorted(
                resource["Type"]
                for name, resource in template["Resources"].items()
                if part not in adapted
                or (resource["Type"] not in TYPES_OF_ADAPTERS and not name.startswith("Notices"))
            )
            for stack, template in assembly.stacks.items()
            for part in [stack.replace(f"-{stage}-", "--")]
        }

    assert names.prefixed("", "payment") in adapted
    assert shape(local, "local") == shape(dev, "dev") == shape(prod, "prod")


def test_stages_in_accounts_run_on_arm(dev: Assembly, prod: Assembly) -> None:
    for assembly in (dev, prod):
        for function in assembly.resources("AWS::Lambda::Function"):
            assert function.properties["Architectures"] == ["arm64"]


def test_the_local_stage_can_only_be_deployed_to_the_local_cloud(local: Assembly) -> None:
    for name in local.stacks:
        assert local.manifest[name]["environment"] == "aws://000000000000/us-east-1"


def test_other_stages_are_deployed_where_the_operators_credentials_point(dev: Assembly) -> None:
    for name in dev.stacks:
        assert dev.manifest[name]["environment"] == "aws://unknown-account/unknown-region"
        assert "assumeRoleArn" in dev.manifest[name]["properties"]


def test_the_local_stage_needs_no_bootstrap(local: Assembly) -> None:
    for name, template in local.stacks.items():
        assert "assumeRoleArn" not in local.manifest[name]["properties"]
        assert "BootstrapVersion" not in template.get("Parameters", {})


@pytest.mark.parametrize("stage", STAGES, indirect=True)
def test_synthesis_needs_no_lookup_in_an_account(stage: Assembly) -> None:
    assert stage.missing == []
