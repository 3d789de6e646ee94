"""What a stage's sender and adapters mean: environment, grants, and what cannot be."""

import re
import runpy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from functions import names
from functions.email.service import SERVICE as EMAIL
from functions.map import CONSUMERS
from functions.ordering.service import SERVICE as ORDERING
from infra.stage import DEV, LOCAL, PROD, STAGES, ImpossibleStage, Stage
from tests.support.assembly import ROOT, Assembly, cdk_context, once, synthesize
from tests.support.template import ACCOUNT, REGION

SENDER = "shop@mail.fanfare.example"
MAILING = replace(DEV, sender=SENDER)


@pytest.fixture(scope="session")
def mailing(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    return once(tmp_path_factory, "mailing-email", lambda out: synthesize(out, MAILING, [EMAIL]))


def email(assembly: Assembly, stage: str) -> dict[str, Any]:
    function = assembly.only("AWS::Lambda::Function", f"fanfare-{stage}-email")
    return dict(function["Environment"]["Variables"])


def sending(assembly: Assembly) -> list[tuple[set[str], str, Any]]:
    """Return what the roles of a stage may do with SES: the resources, the action, and if what."""
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


def test_who_mails_may_send_as_the_sender_whatever_it_is_known_by_and_do_nothing_else_with_ses(
    mailing: Assembly,
) -> None:
    ses = f"arn:aws:ses:{REGION}:{ACCOUNT}"
    both = {f"{ses}:identity/*", f"{ses}:configuration-set/*"}
    as_the_sender = {"StringEquals": {"ses:FromAddress": SENDER}}

    assert sending(mailing) == [(both, "ses:SendEmail", as_the_sender)]


def test_the_sender_on_the_laptop_is_the_one_that_the_local_cloud_is_told_of() -> None:
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
    ],
)
def test_a_stage_chooses_how_mail_leaves(stage: Stage, adapter: str) -> None:
    chosen = stage.adapter_of(EMAIL)

    assert chosen is not None
    assert chosen.name == adapter


def test_who_has_no_way_to_the_outside_is_given_none() -> None:
    assert MAILING.adapter_of(ORDERING) is None


IMPOSSIBLE = [
    (
        {"email": "pigeon"},
        "Stage dev: email has no adapter 'pigeon'; it has record, ses. Name one that there is,",
    ),
    ({"ordering": "ses"}, "Stage dev: ordering has no adapter 'ses'; it has none at all."),
    ({"email": "ses"}, "Stage dev: email is to send mail (ses) and nobody is named whom it"),
    ({"emial": "ses"}, "Stage dev chooses an adapter for emial, which is no consumer."),
]


@pytest.mark.parametrize(("adapters", "says"), IMPOSSIBLE, ids=[says for _, says in IMPOSSIBLE])
def test_an_adapter_that_cannot_be_is_refused_in_a_sentence(
    tmp_path: Path, adapters: dict[str, str], says: str
) -> None:
    with pytest.raises(ImpossibleStage, match=re.escape(says)):
        synthesize(tmp_path, replace(DEV, adapters=adapters), [EMAIL, ORDERING])


def test_the_app_says_that_sentence_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    adapters, says = IMPOSSIBLE[0]
    monkeypatch.setitem(STAGES, "dev", replace(DEV, adapters=adapters))
    monkeypatch.setenv("CDK_CONTEXT_JSON", cdk_context("dev"))

    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(ROOT / "app.py"))

    assert str(ended.value.code).startswith(says)  # which Python prints, and exits with 1


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
def test_a_sender_that_is_no_address_alone_is_refused(sender: str) -> None:
    with pytest.raises(ImpossibleStage, match="Name an address alone"):
        replace(DEV, sender=sender)


def test_of_all_consumers_email_alone_mails() -> None:
    mailing = [
        consumer.name
        for consumer in CONSUMERS
        if any(adapter.mails for adapter in consumer.adapters)
    ]
    assert mailing == ["email"]
