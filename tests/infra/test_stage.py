import os
import subprocess
import sys

import pytest

from functions import names
from functions.map import CONSUMERS
from infra.stage import STAGES, UnknownStage, stage_named
from tests.support.assembly import ROOT, Assembly

KEPT = ("AWS::DynamoDB::Table", "AWS::Logs::LogGroup")


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_is_found_by_its_name(name: str) -> None:
    assert stage_named(name).name == name


def test_an_unknown_stage_is_refused_with_the_names_that_there_are() -> None:
    with pytest.raises(UnknownStage, match="no stage 'nope', only local, dev, prod"):
        stage_named("nope")


def test_the_app_says_in_a_sentence_that_it_knows_no_such_stage() -> None:
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


def test_the_production_stage_keeps_data_and_logs_whatever_becomes_of_the_stacks(
    prod: Assembly,
) -> None:
    for kind in KEPT:
        for resource in prod.raw(kind):
            assert resource["DeletionPolicy"] == "RetainExceptOnCreate"
            assert resource["UpdateReplacePolicy"] == "Retain"


def test_the_production_stage_refuses_to_be_deleted(prod: Assembly) -> None:
    for table in prod.resources("AWS::DynamoDB::Table"):
        assert table.properties["DeletionProtectionEnabled"] is True
    for name in prod.stacks:
        assert prod.manifest[name]["properties"]["terminationProtection"] is True


@pytest.mark.parametrize("stage", ["local", "dev"])
def test_other_stages_leave_nothing_behind(stage: str, request: pytest.FixtureRequest) -> None:
    assembly: Assembly = request.getfixturevalue(stage)
    for kind in KEPT:
        for resource in assembly.raw(kind):
            assert resource["DeletionPolicy"] == "Delete"
    for table in assembly.resources("AWS::DynamoDB::Table"):
        assert table.properties["DeletionProtectionEnabled"] is False
    for name in assembly.stacks:
        assert not assembly.manifest[name]["properties"].get("terminationProtection")


def test_logs_are_kept_the_longer_the_more_they_matter(
    local: Assembly, dev: Assembly, prod: Assembly
) -> None:
    days = [
        {group.properties["RetentionInDays"] for group in stage.resources("AWS::Logs::LogGroup")}
        for stage in (local, dev, prod)
    ]
    assert days == [{1}, {14}, {180}]


BROUGHT_BY_ADAPTERS = {"AWS::DynamoDB::Table", "AWS::Lambda::LayerVersion"}


def test_the_stages_do_not_differ_in_shape_but_for_what_their_adapters_bring(
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
                for resource in template["Resources"].values()
                if part not in adapted or resource["Type"] not in BROUGHT_BY_ADAPTERS
            )
            for name, template in assembly.stacks.items()
            for part in [name.replace(f"-{stage}-", "--")]
        }

    assert names.prefixed("", "payment") in adapted
    assert shape(local, "local") == shape(dev, "dev") == shape(prod, "prod")


def test_accounts_run_on_arm_and_the_laptop_on_what_it_is(dev: Assembly, prod: Assembly) -> None:
    for assembly in (dev, prod):
        for function in assembly.resources("AWS::Lambda::Function"):
            assert function.properties["Architectures"] == ["arm64"]


def test_the_local_stage_can_only_be_deployed_to_the_local_cloud(local: Assembly) -> None:
    for name in local.stacks:
        assert local.manifest[name]["environment"] == "aws://000000000000/us-east-1"


def test_other_stages_go_where_the_operators_credentials_point(dev: Assembly) -> None:
    for name in dev.stacks:
        assert dev.manifest[name]["environment"] == "aws://unknown-account/unknown-region"
        assert "assumeRoleArn" in dev.manifest[name]["properties"]


def test_the_local_stage_needs_no_bootstrap(local: Assembly) -> None:
    for name, template in local.stacks.items():
        assert "assumeRoleArn" not in local.manifest[name]["properties"]
        assert "BootstrapVersion" not in template.get("Parameters", {})


@pytest.mark.parametrize("stage", STAGES)
def test_no_account_is_asked_for_anything_to_synthesize_a_stage(
    stage: str, request: pytest.FixtureRequest
) -> None:
    assembly: Assembly = request.getfixturevalue(stage)
    assert assembly.missing == []
