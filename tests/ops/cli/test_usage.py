"""The command line: refusals and their messages."""

from typing import Any

import pytest

from ops.cli.errors import ExitCode
from ops.main import main
from ops.stage import local_run


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == ExitCode.USAGE
    output = capsys.readouterr()
    assert output.out == ""
    return " ".join(output.err.split())


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("ordr 7F3K", 'Unknown command "ordr". Did you mean "order"?'),
        ("order", "ID requires an argument"),
        ("order 7F3K --waite", "Unknown option: --waite"),
        ("order 7F3K --wait=-1", "'-1' is not a number of seconds, such as 90."),
        ("order 7F3K --wait x", "Invalid value for --wait: 'x' is not a number of seconds"),
        ("replay orders --wait 5s", "'5s' is not a number of seconds"),
        (
            "retire examplegreeting --wait x",
            "Invalid value for --wait: 'x' is not a number of seconds",
        ),
        ("retire examplegreeting --wait inf", "'inf' is not a number of seconds"),
        ("retire examplegreeting --wait", "--wait requires an argument"),
        ("run --port 0", 'Invalid value "0" for --port'),
        ("run --port 65536", 'Invalid value "65536" for --port'),
        ("run --port http", "--port"),
        ("run --port 4600.5", "'4600.5' is not a whole number"),
        ("seed --stage Prod!", "'Prod!' is not a stage name"),
        ("seed --color pink", 'Choose from: "auto", "always", "never"'),
        ("metrics --days fortnight", "'fortnight' is not a whole number"),
        ("metrics --days 1.5", "'1.5' is not a whole number"),
        ("costs -c issuer", "'issuer' is not NAME=VALUE"),
        ("doctor --context =x", "'=x' is not NAME=VALUE"),
        ("tail --since yesterday", "write it as 90s, 10m, 2h or 1d"),
        ("replay", "CONSUMER requires an argument"),
        ("replay orders --rate much", "--rate"),
        ("projection orders --limit 2.5", "'2.5' is not a whole number"),
        ("projection orders --limit 0", 'Invalid value "0" for --limit'),
        ("forget", "ORDER requires an argument"),
    ],
)
def test_an_invalid_command_line_is_one_sentence_and_exit_code_2(
    called: list[Any], capsys: pytest.CaptureFixture[str], line: str, expected: str
) -> None:
    output = refused(capsys, *line.split())

    assert output.startswith("fanfare: ")
    assert expected in output
    assert called == []


def test_an_unknown_consumer_is_exit_code_2(
    called: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["tail", "--consumer", "emial"]) is ExitCode.USAGE

    assert "There is no consumer 'emial'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "code", "expected"),
    [
        ("pause paymant", ExitCode.USAGE, "There is no consumer 'paymant'"),
        ("resume paymant", ExitCode.USAGE, "There is no consumer 'paymant'"),
        ("deploy", ExitCode.USAGE, "Name the consumers to deploy"),
        ("deploy emial", ExitCode.USAGE, "Did you mean email?"),
        ("deploy email", ExitCode.NOT_FOUND, "Nothing runs locally"),
        ("deploy email --stage dev", ExitCode.REFUSED, "needs your consent"),
        ("retire Bus!", ExitCode.USAGE, "'Bus!' is not a consumer name"),
        ("retire email", ExitCode.REFUSED, "email has a row in functions/map.py"),
        ("invoke no-such-file.json", ExitCode.USAGE, "Cannot read no-such-file.json"),
        ("mail --html", ExitCode.USAGE, "fanfare mail ORDER --html"),
        ("metrics --days 0", ExitCode.USAGE, "--days must be a number from 1"),
        ("tail --consumer emial", ExitCode.USAGE, "There is no consumer 'emial'"),
        ("projection payment", ExitCode.USAGE, "There is no projection 'payment'"),
        ("replay emial", ExitCode.USAGE, "There is no consumer 'emial'"),
        ("replay orders --resume orders-0", ExitCode.NOT_FOUND, "There is no job 'orders-0'"),
        ("republish", ExitCode.USAGE, "--since"),
        ("order 7F3K", ExitCode.NOT_FOUND, "Nothing runs locally"),
    ],
)
def test_an_invalid_argument_is_reported_before_a_missing_local_run(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    line: str,
    code: ExitCode,
    expected: str,
) -> None:
    monkeypatch.delenv("FANFARE_STAGE", raising=False)
    monkeypatch.setattr(local_run, "live_runs", list)

    assert main(line.split()) is code

    assert expected in capsys.readouterr().err


@pytest.mark.parametrize("more", ["--check", "A"])
def test_a_read_model_cannot_be_emptied_in_part(
    called: list[Any], capsys: pytest.CaptureFixture[str], more: str
) -> None:
    assert main(["projection", "orders", more, "--empty"]) is ExitCode.USAGE

    assert "--empty removes all rows" in capsys.readouterr().err
    assert called == []
