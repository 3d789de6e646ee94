"""Templates and outputs of all stages contain no account, no secret and no personal data."""

import json
import re

import pytest

from infra.stage import DEV, LOCAL, PROD, Stage
from tests.support.assembly import once, synthesize
from tests.system import marks

ACCOUNT = re.compile(r"(?<![0-9a-zA-Z])(?!0{12})[0-9]{12}(?![0-9a-zA-Z])")
"""An account's id; that of the local cloud has zeros only."""
SECRET = re.compile(
    r"(?:sk|rk|pk)_(?:live|test)_\w|AKIA[0-9A-Z]{12}|whsec_\w|-----BEGIN|eyJ[\w-]{10,}\.|tok_\w"
)
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.\w+")


@pytest.mark.parametrize("stage", [LOCAL, DEV, PROD], ids=lambda stage: stage.name)
def test_no_template_contains_an_account_a_secret_or_a_person(
    tmp_path_factory: pytest.TempPathFactory, stage: Stage
) -> None:
    assembly = once(tmp_path_factory, stage.name, lambda out: synthesize(out, stage))
    for name, template in assembly.stacks.items():
        text = json.dumps(template)
        if stage.sender:
            text = text.replace(stage.sender, "the shop's own address")
        for pattern in (ACCOUNT, SECRET, ADDRESS):
            assert not pattern.findall(text), f"{name}: {pattern.findall(text)}"
        assert not marks.leaks(text)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (ACCOUNT, '"arn:aws:sns:eu-central-1:123456789012:topic"'),
        (SECRET, "sk_live_51Canary"),
        (SECRET, marks.MARKS["token"]),
        (ADDRESS, marks.EMAIL),
    ],
)
def test_the_patterns_match_such_texts(pattern: re.Pattern[str], text: str) -> None:
    assert pattern.search(text)
