"""A stage with Stripe: one more layer, one secret that is readable, and no key anywhere."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile, is_zipfile

from functions.payment.service import SERVICE
from functions.runtime import settings
from infra.stage import LOCAL
from tests.infra.conftest import assembly_fixture
from tests.support.assembly import ROOT, Assembly

PAYMENT = "fanfare-local-payment"
ENTER = "import functions.runtime.entry, json, sys; print(json.dumps(sorted(sys.modules)))"


paid = assembly_fixture("paid", replace(LOCAL, adapters={SERVICE.name: "stripe"}), [SERVICE])


def layers(assembly: Assembly, stack: str) -> dict[str, Path]:
    return {name: path for name, path in assembly.assets(stack).items() if is_zipfile(path)}


def test_the_function_may_read_its_secret_and_has_its_name_only(paid: Assembly) -> None:
    function = paid.only("AWS::Lambda::Function", PAYMENT)
    variables = function["Environment"]["Variables"]
    assert variables[settings.ADAPTER] == "stripe"
    assert variables[settings.SECRET] == PAYMENT

    role = paid.only("AWS::IAM::Role", PAYMENT)
    granted = [
        (statement["Action"], statement["Resource"].rpartition(":")[2])
        for policy in role["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
        if "secretsmanager" in str(statement["Action"])
    ]
    assert granted == [("secretsmanager:GetSecretValue", f"{PAYMENT}-??????")]


def test_no_template_creates_the_secret_or_contains_a_key(paid: Assembly) -> None:
    assert paid.resources("AWS::SecretsManager::Secret") == []
    for template in paid.stacks.values():
        text = json.dumps(template)
        assert not [prefix for prefix in ("sk_test_", "sk_live_", "rk_") if prefix in text]


def test_the_sandboxs_ledger_is_absent(paid: Assembly, local: Assembly) -> None:
    assert paid.resources("AWS::DynamoDB::Table", PAYMENT) == []
    assert len(local.resources("AWS::DynamoDB::Table", PAYMENT)) == 1


def test_only_payment_has_the_layer_of_the_library(paid: Assembly, local: Assembly) -> None:
    usual = layers(local, PAYMENT)
    (more,) = layers(paid, PAYMENT).keys() - usual.keys()
    assert layers(paid, PAYMENT).keys() - {more} == usual.keys()
    assert layers(paid, "fanfare-local-checkout").keys() == usual.keys()
    with ZipFile(layers(paid, PAYMENT)[more]) as packed:
        tops = {name.split("/")[1] for name in packed.namelist()}
    assert {"stripe", "requests", "boto3"} <= tops
    assert not {"botocore", "urllib3", "msgspec", "aws_lambda_powertools"} & tops


def test_the_function_starts_from_the_two_layers_and_its_own_code(
    paid: Assembly, tmp_path: Path
) -> None:
    for archive in layers(paid, PAYMENT).values():
        with ZipFile(archive) as packed:
            packed.extractall(tmp_path)
    variables = paid.only("AWS::Lambda::Function", PAYMENT)["Environment"]["Variables"]
    started = subprocess.run(
        [sys.executable, "-S", "-c", ENTER],
        env={
            "PYTHONPATH": os.pathsep.join((str(tmp_path / "python"), str(ROOT))),
            "AWS_DEFAULT_REGION": "eu-central-1",
            **{name: str(value) for name, value in variables.items()},
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert started.stderr == ""
    modules = set(json.loads(started.stdout))
    assert {"stripe", "functions.payment.stripe.gateway", "boto3"} <= modules
