"""The checks of an issuer: the form of its URL at synthesis, its documents before a deployment."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from infra.issuer import DISCOVERY, MAX_BYTES, UnusableIssuer, form_error, usable_keys
from infra.issuer_check import main
from infra.stage import DEV, LOCAL, PROD, InvalidStage, stage_of
from testkit.builders import ISSUER
from tests.support.assembly import GUARDED, ROOT
from tests.support.oidc import KEYS, Issuer, issuing
from tests.support.template import AUDIENCE

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
def test_a_url_with_a_host_and_an_optional_path_is_valid(issuer: str) -> None:
    assert form_error(issuer) is None
    assert replace(PROD, issuer=issuer, audience=AUDIENCE).issuer == issuer


@pytest.mark.parametrize(
    ("issuer", "reason"),
    [
        ("", "not a URL"),
        ("login.example.com", "not a URL"),
        ("http://login.example.com", "not a URL"),
        ("http://127.0.0.1:8080", "not a URL"),
        ("https://", "not a URL"),
        ("https:///realms/shop", "not a URL"),
        ("https://login.example.com:port", "not a URL"),
        ("https://[login", "not a URL"),
        ("https://login.example.com ", "not a URL"),
        ("https://login.example.com\n", "not a URL"),
        ("https://lögin.example.com", "not a URL"),
        ("https://login.example.com?tenant=shop", "no user, query or fragment"),
        ("https://login.example.com?", "no user, query or fragment"),
        ("https://login.example.com#", "no user, query or fragment"),
        ("https://shop:secret@login.example.com", "no user, query or fragment"),
        (ISSUER + DISCOVERY, f"leave {DISCOVERY} out"),
        (f"{ISSUER}{DISCOVERY}/", f"leave {DISCOVERY} out"),
    ],
)
def test_another_form_is_refused_with_the_stage_and_the_reason(issuer: str, reason: str) -> None:
    with pytest.raises(InvalidStage) as refused:
        replace(DEV, issuer=issuer, audience=AUDIENCE)

    assert str(refused.value).startswith(f"Stage dev: the issuer {issuer!r} ")
    assert reason in str(refused.value)


def test_only_the_local_stage_may_have_an_issuer_without_tls_on_this_machine() -> None:
    assert replace(LOCAL, issuer="http://127.0.0.1:8080", audience=AUDIENCE).issuer
    with pytest.raises(InvalidStage):
        replace(LOCAL, issuer="http://login.example.com", audience=AUDIENCE)


@pytest.mark.parametrize(
    ("context", "message"),
    [
        ({"issuer": ISSUER}, " has an issuer and no audience: name both"),
        ({"audience": AUDIENCE}, " has an audience and no issuer: name both"),
        ({"issuer": ISSUER, "audience": " "}, ": the audience is empty. Name the"),
        ({"issuer": "", "audience": ""}, ": the issuer '' is not a URL"),
    ],
)
def test_an_issuer_without_an_audience_and_the_reverse_are_refused(
    context: dict[str, str], message: str
) -> None:
    with pytest.raises(InvalidStage, match=f"Stage dev{message}"):
        stage_of(context.get)


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
    """An issuer with valid documents and one usable key."""
    server.documents = {
        DISCOVERY: {"issuer": server.url, "jwks_uri": server.url + KEYS},
        KEYS: {"keys": [RSA, {"kty": "EC", "kid": "2"}, {"kty": "RSA"}]},
    }
    return server


def test_an_issuer_with_valid_documents_is_usable(issuer: Issuer) -> None:
    assert usable_keys(issuer.url) == 1


def test_an_issuer_that_ends_with_a_slash_has_the_same_documents(issuer: Issuer) -> None:
    issuer.documents[DISCOVERY]["issuer"] = f"{issuer.url}/"

    assert usable_keys(f"{issuer.url}/") == 1


@pytest.mark.parametrize(
    ("path", "document", "reason"),
    [
        (DISCOVERY, None, "responds with 404"),
        (DISCOVERY, b"<html>", "is not JSON"),
        (DISCOVERY, b"\xff", "is not JSON"),
        (DISCOVERY, [], "not an object"),
        (DISCOVERY, {}, "names the issuer None"),
        (DISCOVERY, {"issuer": ISSUER}, f"names the issuer '{ISSUER}'"),
        (KEYS, None, "responds with 404"),
        (KEYS, b"", "is not JSON"),
        (KEYS, b" " * MAX_BYTES + b"{}", "more than 150000 bytes"),
        (KEYS, {}, "no RSA key"),
        (KEYS, {"keys": {}}, "no RSA key"),
        (KEYS, {"keys": []}, "no RSA key"),
        (KEYS, {"keys": [{"kty": "EC", "kid": "1"}, "RSA"]}, "no RSA key"),
    ],
)
def test_an_issuer_with_an_invalid_document_is_unusable_for_that_reason(
    issuer: Issuer, path: str, document: Any, reason: str
) -> None:
    issuer.documents[path] = document

    with pytest.raises(UnusableIssuer) as unusable:
        usable_keys(issuer.url)

    assert str(unusable.value).startswith(issuer.url + path)
    assert reason in str(unusable.value)
    assert "\n" not in str(unusable.value)


@pytest.mark.parametrize("where", [None, "", 7, "/keys", "file:///etc/passwd"])
def test_an_issuer_without_a_url_of_its_keys_is_unusable(issuer: Issuer, where: Any) -> None:
    issuer.documents[DISCOVERY]["jwks_uri"] = where

    with pytest.raises(UnusableIssuer, match="has no URL of the issuer's keys in `jwks_uri`"):
        usable_keys(issuer.url)


def test_an_issuer_with_an_invalid_url_of_its_keys_is_unusable(issuer: Issuer) -> None:
    issuer.documents[DISCOVERY]["jwks_uri"] = "https://[nowhere"

    with pytest.raises(UnusableIssuer, match=r"^https://\[nowhere cannot be reached: "):
        usable_keys(issuer.url)


def test_an_issuer_that_cannot_be_reached_is_unusable() -> None:
    with issuing() as gone:
        pass

    with pytest.raises(UnusableIssuer, match=r"cannot be reached: .*refused.* in the stage\.$"):
        usable_keys(gone.url)


def test_the_check_reads_the_documents_of_the_stages_issuer(
    issuer: Issuer, capsys: pytest.CaptureFixture[str]
) -> None:
    of_stage = ["-c", "stage=local", "-c", f"issuer={issuer.url}", "-c", f"audience={AUDIENCE}"]

    assert main([*of_stage, "--require-approval", "never"]) == 0
    assert capsys.readouterr().out == (f"{issuer.url} is usable; keys for signing tokens: 1\n")

    issuer.documents.clear()
    assert main(of_stage) == 1
    assert "responds with 404" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["-c", "stage=dev"], 0, ""),
        ([], 0, ""),
        (["-c", "stage=nope"], 1, "There is no stage 'nope'"),
        (["-c", "issuer=login", "-c", "audience=shop"], 1, "Stage dev: the issuer 'login'"),
        (["--context", "issuer="], 1, "Stage dev has an issuer and no audience: name both"),
    ],
)
def test_without_an_issuer_and_for_an_invalid_stage_no_request_is_made(
    arguments: list[str], code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == code
    assert capsys.readouterr().err.startswith(message)


def test_make_deploy_checks_the_issuer_first() -> None:
    lines = (ROOT / "Makefile").read_text().partition("\ndeploy:")[2].splitlines()

    assert "-m infra.issuer_check -c stage=$(STAGE) $(ARGS)" in lines[1]
    assert "deploy --all" in lines[2]
