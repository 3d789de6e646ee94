"""Report of the doctor: eighty columns, commands to copy, exit code."""

import json
import shlex

import pytest

from ops.cli.errors import ExitCode
from ops.cli.options import Options
from ops.doctor import report
from ops.doctor.finding import Finding, Verdict, ok, skipped, unknown, warning, wrong
from ops.main import main

LONG = (
    "aws service-quotas list-requested-service-quota-change-history-by-quota --service-code lambda"
    " --quota-code L-B99A9384 --region eu-central-1 --profile somebody"
)


@pytest.mark.parametrize(
    ("verdicts", "code", "text"),
    [
        ([Verdict.OK], ExitCode.DONE, "Nothing prevents a deployment of stage dev."),
        ([Verdict.OK, Verdict.SKIPPED], ExitCode.DONE, "deployment of stage dev."),
        ([Verdict.WARNING, Verdict.OK], ExitCode.DONE, "see the warnings first"),
        ([Verdict.UNKNOWN, Verdict.WARNING], ExitCode.FAILED, "as far as could be checked"),
        ([Verdict.WRONG, Verdict.UNKNOWN], ExitCode.FOUND, "1 thing to fix"),
        ([Verdict.WRONG, Verdict.WRONG], ExitCode.FOUND, "2 things to fix"),
    ],
)
def test_the_exit_code_is_that_of_the_worst_verdict(
    verdicts: list[Verdict], code: ExitCode, text: str
) -> None:
    assert report.exit_code(verdicts) is code
    assert text in report.conclusion("dev", verdicts)


@pytest.mark.parametrize("verdict", Verdict)
def test_a_finding_fits_into_eighty_columns(verdict: Verdict) -> None:
    finding = Finding(verdict=verdict, message="word " * 60, todo=(LONG,))

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
    """Replace the checks; return the arguments that they were called with."""
    calls: list[object] = []

    def examine(options: Options, context: list[str]) -> list[tuple[str, Finding]]:
        calls.append((options.stage, list(context)))
        return [
            ("tools", ok("cdk 2.1")),
            ("clock", skipped("the local cloud uses this machine's clock")),
            ("mail", unknown("These credentials lack ses:GetAccount.")),
            ("stacks", wrong("fanfare-dev-bus is stuck.", "make setup")),
        ]

    monkeypatch.setattr(report, "examine", examine)
    return calls


def test_the_command_line_passes_stage_and_context(
    found: list[object], capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["doctor", "--stage", "dev", "-c", "issuer=https://a", "--context", "audience=b"])

    assert code == ExitCode.FOUND
    assert found == [("dev", ["issuer=https://a", "audience=b"])]
    output = capsys.readouterr().out
    assert "could not look  mail         These credentials lack ses:GetAccount." in output
    assert output.endswith("1 thing to fix before stage dev is deployed.\n")


def test_it_prints_json(found: list[object], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--stage", "dev", "--json"]) == ExitCode.FOUND

    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert rows[-1] == {
        "check": "stacks",
        "verdict": "wrong",
        "said": "fanfare-dev-bus is stuck.",
        "todo": ["make setup"],
    }
    assert len(rows) == 4
