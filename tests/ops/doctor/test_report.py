"""What the doctor says: in eighty columns, with commands to copy, and an honest exit code."""

import json
import shlex

import pytest

from ops.cli.errors import ExitCode
from ops.cli.options import Options
from ops.doctor import report
from ops.doctor.finding import Finding, Verdict, fine, unasked, unseen, warning, wrong
from ops.main import main

LONG = (
    "aws service-quotas list-requested-service-quota-change-history-by-quota --service-code lambda"
    " --quota-code L-B99A9384 --region eu-central-1 --profile somebody"
)


@pytest.mark.parametrize(
    ("seen", "code", "says"),
    [
        ([Verdict.OK], ExitCode.DONE, "Nothing keeps stage dev from being deployed."),
        ([Verdict.OK, Verdict.UNASKED], ExitCode.DONE, "from being deployed."),
        ([Verdict.WARNING, Verdict.OK], ExitCode.DONE, "see the warnings first"),
        ([Verdict.UNSEEN, Verdict.WARNING], ExitCode.FAILED, "as far as could be seen"),
        ([Verdict.WRONG, Verdict.UNSEEN], ExitCode.FOUND, "1 thing to put right"),
        ([Verdict.WRONG, Verdict.WRONG], ExitCode.FOUND, "2 things to put right"),
    ],
)
def test_the_worst_that_was_found_is_the_exit_code(
    seen: list[Verdict], code: ExitCode, says: str
) -> None:
    assert report.verdict(seen) is code
    assert says in report.told("dev", seen)


@pytest.mark.parametrize("verdict", Verdict)
def test_a_finding_is_told_in_eighty_columns(verdict: Verdict) -> None:
    finding = Finding(verdict=verdict, said="word " * 60, todo=(LONG,))

    lines = list(report.lines(("concurrency", finding)))

    assert max(map(len, lines)) <= 80
    assert lines[0].startswith(verdict)


def test_a_command_can_be_copied_however_it_is_broken() -> None:
    lines = list(report.lines(("concurrency", warning("Few.", LONG, "make setup"))))

    typed = "\n".join(lines[1:-1]).replace("\\\n", "")
    assert "\n" not in typed
    assert shlex.split(typed) == shlex.split(LONG)
    assert len(lines) > 3
    assert lines[-1].strip() == "make setup"


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Play what was found, and give what was asked."""
    asked: list[object] = []

    def examine(options: Options, context: list[str]) -> list[tuple[str, Finding]]:
        asked.append((options.stage, list(context)))
        return [
            ("tools", fine("cdk 2.1")),
            ("clock", unasked("it is this machine's own")),
            ("mail", unseen("These credentials lack ses:GetAccount.")),
            ("stacks", wrong("fanfare-dev-bus is stuck.", "make setup")),
        ]

    monkeypatch.setattr(report, "examine", examine)
    return asked


def test_the_command_line_reaches_it(
    found: list[object], capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["doctor", "--stage", "dev", "-c", "issuer=https://a", "--context", "audience=b"])

    assert code == ExitCode.FOUND
    assert found == [("dev", ["issuer=https://a", "audience=b"])]
    said = capsys.readouterr().out
    assert "could not look  mail         These credentials lack ses:GetAccount." in said
    assert said.endswith("1 thing to put right before stage dev is deployed.\n")


def test_it_can_be_had_as_json(found: list[object], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--stage", "dev", "--json"]) == ExitCode.FOUND

    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert rows[-1] == {
        "check": "stacks",
        "verdict": "wrong",
        "said": "fanfare-dev-bus is stuck.",
        "todo": ["make setup"],
    }
    assert len(rows) == 4
