"""The command line: what may be said, and what is refused."""

from datetime import timedelta
from typing import Any

import pytest

from ops import cli
from ops.live.filter import Filter
from ops.options import Options
from ops.replays.selection import Wanted
from ops.trouble import Exit


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """Play all commands, and give the arguments that they were called with."""
    calls: list[tuple[Any, ...]] = []

    def played(*given: Any, **named: Any) -> Exit:
        calls.append((*given, named))
        return Exit.REFUSED

    targets = ["local.run.run", "seed.seed", "invoke.invoke", "order.show", "orders.show"]
    targets += ["live.tail.tail", "metrics.show", "mail.show", "pause.switch"]
    targets += ["replays.replay.replay", "replays.republish.republish", "replays.jobs.show"]
    targets += ["forgetting.forget.forget", "retiring.retire.retire"]
    targets += [f"projections.projection.{what}" for what in ("show", "check", "empty")]
    for target in targets:
        monkeypatch.setattr(f"ops.{target}", played)
    monkeypatch.delenv("FANFARE_STAGE", raising=False)
    return calls


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    with pytest.raises(SystemExit) as ended:
        cli.main(words)
    assert ended.value.code == Exit.USAGE
    said = capsys.readouterr()
    assert said.out == ""
    return " ".join(said.err.split())


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("run", {"port": 4566, "keep": False, "only": Filter()}),
        ("run --port 4600 --keep", {"port": 4600, "keep": True, "only": Filter()}),
        ("run --type OrderPlaced", {"only": Filter.of(types=["OrderPlaced"])}),
        ("seed --yes", {"yes": True}),
        ("order 7F3K", {"events": False, "wait": None}),
        ("order 7F3K --wait", {"wait": 30.0}),
        ("order --wait 7F3K", {"wait": 30.0}),
        ("order 7F3K --wait 2.5", {"wait": 2.5}),
        ("order --wait 5 7F3K --events", {"wait": 5.0, "events": True}),
        ("order 7F3K --wait --events", {"wait": 30.0, "events": True}),
        ("metrics", {"days": 14}),
        ("metrics --days 7", {"days": 7}),
        ("replay orders --dry-run", {"dry_run": True, "yes": False, "wait": None}),
        ("replay --since 2h --wait orders", {"wait": 30.0}),
        ("replay orders --yes --wait", {"dry_run": False, "yes": True, "wait": 30.0}),
        ("replay orders --resume orders-1 --yes", {"job": "orders-1", "yes": True, "wait": None}),
        ("replay orders --resume orders-1 --dry-run", {"job": "orders-1", "dry_run": True}),
        ("republish --since 2h", {"job": None, "dry_run": False, "yes": False}),
        ("republish --since 2h --dry-run --yes", {"dry_run": True, "yes": True}),
        ("republish --resume republish-1", {"job": "republish-1"}),
        ("projection orders", {"limit": 20}),
        ("projection orders --empty --yes", {"yes": True}),
        ("forget 7F3K --yes", {"yes": True}),
        ("retire greeting", {"keep_row": False, "without_draining": False, "wait": 900.0}),
        ("retire greeting --wait 5", {"wait": 5.0}),
        ("retire greeting --without-draining --yes", {"without_draining": True, "yes": True}),
        ("retire greeting --keep-row --drop-dead-letters", {"drop_dead_letters": True}),
        ("mail", {"html": False}),
        ("mail 7F3K --html", {"html": True}),
    ],
)
def test_options_reach_the_command(called: list[Any], line: str, expected: dict[str, Any]) -> None:
    assert cli.main(line.split()) == Exit.REFUSED

    named = called[0][-1]
    assert {name: named[name] for name in expected} == expected


def test_a_selection_is_handed_on_as_it_was_typed(called: list[Any]) -> None:
    types, orders = "--type OrderPlaced --type OrderConfirmed", "--order 7F3K --order 8A"
    cli.main(f"replay orders --since 2h --until 2026-11-23 {types} {orders} --rate 5".split())

    assert called[0][1:3] == (
        "orders",
        Wanted(
            since="2h",
            until="2026-11-23",
            types=("OrderPlaced", "OrderConfirmed"),
            orders=("7F3K", "8A"),
            rate=5.0,
        ),
    )


@pytest.mark.parametrize(
    ("line", "given"),
    [
        ("replay orders --resume orders-1", ("orders", Wanted())),
        ("republish --since 2h --type OrderPlaced", (Wanted(since="2h", types=("OrderPlaced",)),)),
        ("republish --until 2h --order 7F --rate 5", (Wanted(until="2h", orders=("7F",), rate=5),)),
        ("projection orders", ("orders", None)),
        ("projection orders 7F3K --check", ("orders", "7F3K")),
        ("projection orders --empty", ("orders",)),
        ("jobs", (None,)),
        ("jobs orders-1", ("orders-1",)),
        ("forget 7F3K", ("7F3K",)),
    ],
)
def test_what_is_meant_reaches_the_command(
    called: list[Any], line: str, given: tuple[Any, ...]
) -> None:
    cli.main(line.split())

    assert called[0][1:-1] == given


@pytest.mark.parametrize("line", ["order 7F3K", "order --wait 7F3K", "order 7F3K --wait 5"])
def test_the_order_is_told_from_the_seconds(called: list[Any], line: str) -> None:
    cli.main(line.split())

    assert called[0][1] == "7F3K"


@pytest.mark.parametrize(
    ("line", "file"), [("invoke", ""), ("invoke my.json", "my.json"), ("invoke -", "-")]
)
def test_a_file_may_be_named_or_be_standard_input(called: list[Any], line: str, file: str) -> None:
    cli.main(line.split())

    assert called[0][1] == file


def test_names_may_be_given_again_and_again(called: list[Any]) -> None:
    consumers = "--consumer payment --consumer inventory"
    cli.main(f"tail {consumers} --outcome retry --since 10m --order 7F".split())

    _, only, since, _ = called[0]
    assert only == Filter.of(["payment", "inventory"], None, ["retry"], "7F")
    assert since == timedelta(minutes=10)


@pytest.mark.parametrize(
    "line",
    [
        "--stage dev --region eu-west-1 --profile me --json --color never order 7F3K",
        "order 7F3K --stage dev --region eu-west-1 --profile me --json --color never",
    ],
)
def test_what_is_for_all_commands_may_stand_before_or_after(called: list[Any], line: str) -> None:
    cli.main(line.split())

    assert called[0][0] == Options(
        stage="dev", region="eu-west-1", profile="me", json=True, color="never"
    )


def test_the_stage_is_the_safe_one_unless_the_environment_names_another(
    called: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    cli.main(["seed"])
    monkeypatch.setenv("FANFARE_STAGE", "dev")
    cli.main(["seed"])

    assert [options.stage for options, _ in called] == ["local", "dev"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("ordr 7F3K", 'Unknown command "ordr". Did you mean "order"?'),
        ("order", "ID requires an argument"),
        ("order 7F3K --waite", "Unknown option: --waite"),
        ("order 7F3K --wait=-1", "'-1' is no number of seconds, such as 90."),
        ("order 7F3K --wait x", "Invalid value for --wait: 'x' is no number of seconds"),
        ("replay orders --wait 5s", "'5s' is no number of seconds"),
        ("retire greeting --wait x", "Invalid value for --wait: 'x' is no number of seconds"),
        ("retire greeting --wait inf", "'inf' is no number of seconds"),
        ("retire greeting --wait", "--wait requires an argument"),
        ("run --port 0", 'Invalid value "0" for --port'),
        ("run --port 65536", 'Invalid value "65536" for --port'),
        ("run --port http", "--port"),
        ("run --port 4600.5", "'4600.5' is no whole number"),
        ("seed --stage Prod!", "'Prod!' names no stage"),
        ("seed --color pink", 'Choose from: "auto", "always", "never"'),
        ("metrics --days fortnight", "'fortnight' is no whole number"),
        ("metrics --days 1.5", "'1.5' is no whole number"),
        ("costs -c issuer", "'issuer' is no NAME=VALUE"),
        ("doctor --context =x", "'=x' is no NAME=VALUE"),
        ("tail --since yesterday", "write it as 90s, 10m, 2h or 1d"),
        ("replay", "CONSUMER requires an argument"),
        ("replay orders --rate much", "--rate"),
        ("projection orders --limit 2.5", "'2.5' is no whole number"),
        ("projection orders --limit 0", 'Invalid value "0" for --limit'),
        ("forget", "ORDER requires an argument"),
    ],
)
def test_a_mistake_in_the_line_is_one_sentence_and_exit_code_2(
    called: list[Any], capsys: pytest.CaptureFixture[str], line: str, says: str
) -> None:
    said = refused(capsys, *line.split())

    assert said.startswith("fanfare: ")
    assert says in said
    assert called == []


def test_a_name_that_is_nobodys_is_exit_code_2(
    called: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["tail", "--consumer", "emial"]) is Exit.USAGE

    assert "There is no consumer 'emial'" in capsys.readouterr().err


@pytest.mark.parametrize("more", ["--check", "A"])
def test_a_part_of_a_read_model_is_not_emptied(
    called: list[Any], capsys: pytest.CaptureFixture[str], more: str
) -> None:
    assert cli.main(["projection", "orders", more, "--empty"]) is Exit.USAGE

    assert "--empty is for the whole" in capsys.readouterr().err
    assert called == []
