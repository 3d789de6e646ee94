"""A stage's sender and adapters: environment, grants, and invalid settings."""

import re
import runpy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from functions import names
from functions.email.service import SERVICE as EMAIL
from functions.ordering.service import SERVICE as ORDERING
from infra.stage import DEV, LOCAL, PROD, STAGES, InvalidStage, Stage
from tests.infra.conftest import assembly_fixture
from tests.support.assembly import ROOT, Assembly, cdk_context, synthesize
from tests.support.template import ACCOUNT, REGION

SENDER = "shop@mail.fanfare.example"
MAILING = replace(DEV, sender=SENDER)


mailing = assembly_fixture("mailing-email", MAILING, [EMAIL])


def email(assembly: Assembly, stage: str) -> dict[str, Any]:
    function = assembly.only("AWS::Lambda::Function", f"fanfare-{stage}-email")
    return dict(function["Environment"]["Variables"])


def sending(assembly: Assembly) -> list[tuple[set[str], str, Any]]:
    """Return the SES grants of a stage's roles: resources, action and condition."""
    return [
        ({*statement["Resource"]}, statement["Action"], statement.get("Condition"))
        for role in assembly.resources("AWS::IAM::Role")
        for policy in role.properties["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
        if "ses:" in str(statement["Action"])
    ]


def test_a_stage_with_a_sender_mails_from_it(mailing: Assembly, local: Assembly) -> None:
    for assembly, stage, sender in ((mailing, "dev", SENDER), (local, "local", LOCAL.sender)):
        environment = email(assembly, stage)
        assert (environment["FANFARE_ADAPTER"], environment["FANFARE_SENDER"]) == ("ses", sender)


def test_a_stage_without_a_sender_records_mail_only(dev: Assembly, prod: Assembly) -> None:
    for assembly, stage in ((dev, "dev"), (prod, "prod")):
        assert email(assembly, stage)["FANFARE_ADAPTER"] == "record"
        assert "FANFARE_SENDER" not in email(assembly, stage)
        assert sending(assembly) == []


def test_a_service_that_sends_mail_may_only_send_as_the_sender(
    mailing: Assembly,
) -> None:
    ses = f"arn:aws:ses:{REGION}:{ACCOUNT}"
    both = {f"{ses}:identity/*", f"{ses}:configuration-set/*"}
    as_the_sender = {"StringEquals": {"ses:FromAddress": SENDER}}

    assert sending(mailing) == [(both, "ses:SendEmail", as_the_sender)]


def test_the_local_stages_sender_is_the_verified_one_of_the_local_cloud() -> None:
    assert LOCAL.sender == names.LOCAL_SENDER
    assert (DEV.sender, PROD.sender) == (None, None)


@pytest.mark.parametrize(
    ("stage", "adapter"),
    [
        (DEV, "record"),
        (MAILING, "ses"),
        (LOCAL, "ses"),
        (replace(LOCAL, adapters={"email": "record"}), "record"),
        (replace(MAILING, adapters={"email": "ses"}), "ses"),
        (replace(MAILING, adapters={"email": "ses-after-payment"}), "ses-after-payment"),
    ],
)
def test_a_stage_chooses_the_adapter_for_mail(stage: Stage, adapter: str) -> None:
    chosen = stage.adapter_of(EMAIL)

    assert chosen is not None
    assert chosen.name == adapter


def test_a_consumer_without_adapters_has_none() -> None:
    assert MAILING.adapter_of(ORDERING) is None


INVALID = [
    (
        {"email": "pigeon"},
        "Stage dev: email has no adapter 'pigeon'; it has record, ses, ses-after-payment. Name one",
    ),
    ({"ordering": "ses"}, "Stage dev: ordering has no adapter 'ses'; it has none at all."),
    ({"email": "ses"}, "Stage dev: email sends mail (ses), but the stage has no sender. Set"),
    ({"emial": "ses"}, "Stage dev chooses an adapter for emial, which is not a consumer."),
]


@pytest.mark.parametrize(("adapters", "message"), INVALID, ids=[message for _, message in INVALID])
def test_an_invalid_adapter_is_refused_with_a_message(
    tmp_path: Path, adapters: dict[str, str], message: str
) -> None:
    with pytest.raises(InvalidStage, match=re.escape(message)):
        synthesize(tmp_path, replace(DEV, adapters=adapters), [EMAIL, ORDERING])


def test_the_app_exits_with_that_message(monkeypatch: pytest.MonkeyPatch) -> None:
    adapters, message = INVALID[0]
    monkeypatch.setitem(STAGES, "dev", replace(DEV, adapters=adapters))
    monkeypatch.setenv("CDK_CONTEXT_JSON", cdk_context("dev"))

    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(ROOT / "app.py"))

    assert str(ended.value.code).startswith(message)  # Python prints it, and exits with 1


@pytest.mark.parametrize(
    "sender",
    [
        "",
        "shop",
        "shop@localhost",
        "Fanfare <shop@fanfare.example>",
        "shop@Fanfare.example",
        "shop@fanfare.example ",
        "a@b@fanfare.example",
        "*@fanfare.example",
    ],
)
def test_a_sender_that_is_not_just_an_address_is_refused(sender: str) -> None:
    with pytest.raises(InvalidStage, match=r"is not a valid sender\. Name an address only"):
        replace(DEV, sender=sender)
