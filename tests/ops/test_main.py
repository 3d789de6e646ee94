"""The command line: arguments and options reach the command."""

from datetime import timedelta
from typing import Any

import pytest

from functions.orders.service import SERVICE as ORDERS
from ops.cli.errors import ExitCode
from ops.cli.options import Options
from ops.logs.filter import Filter
from ops.main import main
from ops.replays.selection import SelectionOptions


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("run", {"port": 4566, "keep": False, "only": Filter()}),
        ("run --port 4600 --keep", {"port": 4600, "keep": True, "only": Filter()}),
        ("run --type OrderPlaced", {"only": Filter.of(types=["OrderPlaced"])}),
        ("run --watch", {"keep": False, "watch_sources": True}),
        ("deploy email payment --yes --stage dev", {"yes": True}),
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
        ("retire examplegreeting", {"without_draining": False, "wait": 900.0}),
        ("retire examplegreeting --wait 5", {"wait": 5.0}),
        (
            "retire examplegreeting --without-draining --yes",
            {"without_draining": True, "yes": True},
        ),
        ("retire email --keep-row --drop-dead-letters", {"drop_dead_letters": True}),
        ("slow email 5s --yes", {"yes": True}),
        ("tour", {"yes": False}),
        ("tour 3 --yes", {"yes": True}),
        ("mail", {"html": False}),
        ("mail 7F3K --html", {"html": True}),
    ],
)
def test_options_reach_the_command(called: list[Any], line: str, expected: dict[str, Any]) -> None:
    assert main(line.split()) == ExitCode.REFUSED

    named = called[0][-1]
    assert {name: named[name] for name in expected} == expected


def test_services_and_context_to_deploy_reach_the_command(called: list[Any]) -> None:
    main(["deploy", "email", "payment", "-c", "issuer=https://x"])
    main(["deploy", "--all"])

    assert [call[1:3] for call in called] == [
        (("email", "payment"), {"issuer": "https://x"}),
        ((), {}),
    ]


def test_a_selection_is_passed_on_as_typed(called: list[Any]) -> None:
    types, orders = "--type OrderPlaced --type OrderConfirmed", "--order 7F3K --order 8A"
    main(f"replay orders --since 2h --until 2026-11-23 {types} {orders} --rate 5".split())

    assert called[0][1:3] == (
        "orders",
        SelectionOptions(
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
        ("replay orders --resume orders-1", ("orders", SelectionOptions())),
        (
            "republish --since 2h --type OrderPlaced",
            (SelectionOptions(since="2h", types=("OrderPlaced",)),),
        ),
        (
            "republish --until 2h --order 7F --rate 5",
            (SelectionOptions(until="2h", orders=("7F",), rate=5),),
        ),
        ("projection orders", (ORDERS, ORDERS.projection, None)),
        ("projection orders 7F3K --check", (ORDERS, ORDERS.projection, "7F3K")),
        ("projection orders --empty", (ORDERS, ORDERS.projection)),
        ("jobs", (None,)),
        ("jobs orders-1", ("orders-1",)),
        ("forget 7F3K", ("7F3K",)),
    ],
)
def test_arguments_reach_the_command(called: list[Any], line: str, given: tuple[Any, ...]) -> None:
    main(line.split())

    assert called[0][1:-1] == given


@pytest.mark.parametrize("line", ["order 7F3K", "order --wait 7F3K", "order 7F3K --wait 5"])
def test_the_order_id_is_distinguished_from_the_seconds(called: list[Any], line: str) -> None:
    main(line.split())

    assert called[0][1] == "7F3K"


@pytest.mark.parametrize(
    ("line", "file"), [("invoke", ""), ("invoke my.json", "my.json"), ("invoke -", "-")]
)
def test_a_file_may_be_named_or_be_standard_input(called: list[Any], line: str, file: str) -> None:
    main(line.split())

    assert called[0][1] == {"read": file}


def test_filters_may_be_repeated(called: list[Any]) -> None:
    consumers = "--consumer payment --consumer inventory"
    main(f"tail {consumers} --outcome retry --since 10m --order 7F".split())

    _, only, since, named = called[0]
    assert only == Filter.of(["payment", "inventory"], None, ["retry"], "7F")
    assert (since, named) == (timedelta(minutes=10), {"follow": True})


def test_a_request_may_be_followed_up_to_now(called: list[Any]) -> None:
    main(["tail", "--correlation", "1-a", "--no-follow"])

    assert called[0][1:] == (Filter.of(correlation="1-a"), None, {"follow": False})


@pytest.mark.parametrize(
    "line",
    [
        "--stage dev --region eu-west-1 --profile me --json --color never order 7F3K",
        "order 7F3K --stage dev --region eu-west-1 --profile me --json --color never",
    ],
)
def test_common_options_may_stand_before_or_after_the_command(called: list[Any], line: str) -> None:
    main(line.split())

    assert called[0][0] == Options(
        stage="dev", region="eu-west-1", profile="me", json=True, color="never"
    )


def test_the_stage_is_local_unless_the_environment_names_another(
    called: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    main(["seed"])
    monkeypatch.setenv("FANFARE_STAGE", "dev")
    main(["seed"])

    assert [options.stage for options, _ in called] == ["local", "dev"]
