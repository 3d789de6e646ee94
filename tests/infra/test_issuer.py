"""An issuer that is written wrongly, or answers wrongly, is found before AWS finds it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from infra.issuer import DISCOVERY, LONGEST, IssuerUnfit, ask, malformed
from infra.issuer_check import main
from infra.stage import DEV, LOCAL, PROD, ImpossibleStage, stage_of
from tests.support.assembly import GUARDED, ROOT
from tests.support.builders import AUDIENCE, ISSUER
from tests.support.oidc import KEYS, Issuer, issuing

RSA = {"kty": "RSA", "kid": "1", "n": "AQAB", "e": "AQAB"}

# -- its form, at synthesis ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "issuer",
    [
        "https://login.example.com",
        "https://login.example.com/",
        "https://login.example.com:8443/realms/shop",
        "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_aB3dE5fG7",
    ],
)
def test_an_address_with_a_host_and_perhaps_a_path_is_fine(issuer: str) -> None:
    assert malformed(issuer) is None
    assert replace(PROD, issuer=issuer, audience=AUDIENCE).issuer == issuer


@pytest.mark.parametrize(
    ("issuer", "why"),
    [
        ("", "no address"),
        ("login.example.com", "no address"),
        ("http://login.example.com", "no address"),
        ("http://127.0.0.1:8080", "no address"),
        ("https://", "no address"),
        ("https:///realms/shop", "no address"),
        ("https://login.example.com:port", "no address"),
        ("https://[login", "no address"),
        ("https://login.example.com ", "no address"),
        ("https://login.example.com\n", "no address"),
        ("https://lögin.example.com", "no address"),
        ("https://login.example.com?tenant=shop", "no user, query or fragment"),
        ("https://login.example.com?", "no user, query or fragment"),
        ("https://login.example.com#", "no user, query or fragment"),
        ("https://shop:secret@login.example.com", "no user, query or fragment"),
        (ISSUER + DISCOVERY, f"leave {DISCOVERY} out"),
        (f"{ISSUER}{DISCOVERY}/", f"leave {DISCOVERY} out"),
    ],
)
def test_anything_else_is_refused_with_the_stage_and_the_reason(issuer: str, why: str) -> None:
    with pytest.raises(ImpossibleStage) as refused:
        replace(DEV, issuer=issuer, audience=AUDIENCE)

    assert str(refused.value).startswith(f"Stage dev: the issuer {issuer!r} ")
    assert why in str(refused.value)


def test_the_local_stage_may_have_an_issuer_on_this_machine_and_on_no_other() -> None:
    assert replace(LOCAL, issuer="http://127.0.0.1:8080", audience=AUDIENCE).issuer
    with pytest.raises(ImpossibleStage):
        replace(LOCAL, issuer="http://login.example.com", audience=AUDIENCE)


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"issuer": ISSUER}, " has an issuer and no audience: name both"),
        ({"audience": AUDIENCE}, " has an audience and no issuer: name both"),
        ({"issuer": ISSUER, "audience": " "}, ": the audience is empty. Name what"),
        ({"issuer": "", "audience": ""}, ": the issuer '' is no address"),
    ],
)
def test_half_of_what_tokens_need_is_refused(told: dict[str, str], says: str) -> None:
    with pytest.raises(ImpossibleStage, match=f"Stage dev{says}"):
        stage_of(told.get)


def test_the_context_may_give_any_stage_another_issuer() -> None:
    assert stage_of({"issuer": ISSUER, "audience": AUDIENCE}.get) == GUARDED
    assert stage_of({"stage": "prod"}.get) == PROD
    assert stage_of(lambda _: None) == DEV


# -- its answers, before a deployment --------------------------------------------------------------


@pytest.fixture(scope="module")
def server() -> Iterator[Issuer]:
    with issuing() as issuer:
        yield issuer


@pytest.fixture
def issuer(server: Issuer) -> Issuer:
    """An issuer that answers as it must, with one key."""
    server.documents = {
        DISCOVERY: {"issuer": server.url, "jwks_uri": server.url + KEYS},
        KEYS: {"keys": [RSA, {"kty": "EC", "kid": "2"}, {"kty": "RSA"}]},
    }
    return server


def test_an_issuer_that_answers_as_it_must_is_fit(issuer: Issuer) -> None:
    assert ask(issuer.url) == 1


def test_one_that_ends_with_a_slash_is_asked_at_the_same_address(issuer: Issuer) -> None:
    issuer.documents[DISCOVERY]["issuer"] = f"{issuer.url}/"

    assert ask(f"{issuer.url}/") == 1


@pytest.mark.parametrize(
    ("path", "document", "why"),
    [
        (DISCOVERY, None, "answers 404"),
        (DISCOVERY, b"<html>", "does not answer with JSON"),
        (DISCOVERY, b"\xff", "does not answer with JSON"),
        (DISCOVERY, [], "is no object"),
        (DISCOVERY, {}, "calls its issuer None"),
        (DISCOVERY, {"issuer": ISSUER}, f"calls its issuer '{ISSUER}'"),
        (KEYS, None, "answers 404"),
        (KEYS, b"", "does not answer with JSON"),
        (KEYS, b" " * LONGEST + b"{}", "more than 150000 bytes"),
        (KEYS, {}, "no RSA key"),
        (KEYS, {"keys": {}}, "no RSA key"),
        (KEYS, {"keys": []}, "no RSA key"),
        (KEYS, {"keys": [{"kty": "EC", "kid": "1"}, "RSA"]}, "no RSA key"),
    ],
)
def test_one_that_does_not_is_said_to_be_unfit_and_why(
    issuer: Issuer, path: str, document: Any, why: str
) -> None:
    issuer.documents[path] = document

    with pytest.raises(IssuerUnfit) as unfit:
        ask(issuer.url)

    assert str(unfit.value).startswith(issuer.url + path)
    assert why in str(unfit.value)
    assert "\n" not in str(unfit.value)


@pytest.mark.parametrize("where", [None, "", 7, "/keys", "file:///etc/passwd"])
def test_one_that_does_not_say_where_its_keys_are_is_unfit(issuer: Issuer, where: Any) -> None:
    issuer.documents[DISCOVERY]["jwks_uri"] = where

    with pytest.raises(IssuerUnfit, match="does not say by `jwks_uri`"):
        ask(issuer.url)


def test_one_whose_keys_are_nowhere_is_unfit(issuer: Issuer) -> None:
    issuer.documents[DISCOVERY]["jwks_uri"] = "https://[nowhere"

    with pytest.raises(IssuerUnfit, match=r"^https://\[nowhere cannot be reached: "):
        ask(issuer.url)


def test_one_that_cannot_be_reached_is_said_to_be_so() -> None:
    with issuing() as gone:
        pass

    with pytest.raises(IssuerUnfit, match=r"cannot be reached: .*refused.* the right issuer\.$"):
        ask(gone.url)


def test_a_deployment_begins_by_asking_the_stages_issuer(
    issuer: Issuer, capsys: pytest.CaptureFixture[str]
) -> None:
    of_stage = ["-c", "stage=local", "-c", f"issuer={issuer.url}", "-c", f"audience={AUDIENCE}"]

    assert main([*of_stage, "--require-approval", "never"]) == 0
    assert capsys.readouterr().out == (
        f"{issuer.url} answers; keys that tokens may be signed with: 1\n"
    )

    issuer.documents.clear()
    assert main(of_stage) == 1
    assert "answers 404" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["-c", "stage=dev"], 0, ""),
        ([], 0, ""),
        (["-c", "stage=nope"], 1, "There is no stage 'nope'"),
        (["-c", "issuer=login", "-c", "audience=shop"], 1, "Stage dev: the issuer 'login'"),
        (["--context", "issuer="], 1, "Stage dev has an issuer and no audience: name both"),
    ],
)
def test_a_stage_without_an_issuer_asks_nobody_and_an_impossible_one_neither(
    arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == code
    assert capsys.readouterr().err.startswith(said)


def test_make_deploy_asks_before_it_deploys() -> None:
    lines = (ROOT / "Makefile").read_text().partition("\ndeploy:")[2].splitlines()

    assert "-m infra.issuer_check -c stage=$(STAGE) $(ARGS)" in lines[1]
    assert "deploy --all" in lines[2]
