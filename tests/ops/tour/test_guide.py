"""The guide: runs a step's commands with its order, waits, undoes changes, checks exit codes."""

import http.server
import json
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

import pytest

from events.contracts.checkout import OrderPlaced
from ops.cli.errors import CommandError, ExitCode
from ops.cli.options import Options
from ops.main import main
from ops.stage.connection import Connection
from ops.stage.local_run import LocalRun
from ops.tour import guide as module
from ops.tour.guide import Guide, tour, validate
from ops.tour.steps import STEPS, Line, Step
from testkit.builders import ORDER, history_of
from tests.ops.conftest import write

ANSWER = {"id": ORDER, "status": "placed", "idempotency_key": "secret", "lines": []}
PAUSE = Line("fanfare pause email", undo="fanfare resume email")
PLACE = Line("fanfare invoke")


class FakeCommands:
    """Records commands instead of running them; `ends` are their exit codes or errors."""

    def __init__(self) -> None:
        self.run: list[str] = []
        self.ends: dict[str, ExitCode | BaseException] = {}
        self.handlers: list[Any] = []

    def __call__(self, words: Sequence[str], options: Options) -> ExitCode:
        command = " ".join(words)
        self.run.append(command)
        self.handlers.append(signal.getsignal(signal.SIGINT))
        if words[1] == "invoke":
            sys.stdout.write(json.dumps(ANSWER))
        end = self.ends.get(command, ExitCode.DONE)
        if isinstance(end, BaseException):
            raise end
        return end


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> FakeCommands:
    fake = FakeCommands()
    monkeypatch.setattr(module, "_command", fake)
    return fake


def run(connection: Connection, *lines: Line, waits: bool = False) -> Guide:
    guide = Guide(connection, Options(), waits=waits)
    guide.run(Step(title="A title", text="A text.", lines=lines, look="A look."), "1 of 1")
    return guide


def test_a_step_is_its_text_its_commands_with_the_order_and_what_to_look_at(
    here: Connection, commands: FakeCommands, capsys: pytest.CaptureFixture[str]
) -> None:
    write(here, history_of())
    placed = history_of().find(OrderPlaced)
    assert placed is not None

    guide = run(
        here, PLACE, Line("fanfare order ID"), Line("fanfare tail --correlation CORRELATION")
    )

    tail = f"fanfare tail --correlation {placed.correlationid}"
    assert commands.run == ["fanfare invoke", "fanfare order 5WQFM8Q1", tail]
    assert guide.unexpected == 0
    assert capsys.readouterr().out.split("\n\n") == [
        "\n1 of 1  A title\nA text.",
        f'$ fanfare invoke\n{{"id":"{ORDER}","status":"placed", …}}',
        "$ fanfare order 5WQFM8Q1",
        f"$ {tail}",
        "Look: A look.\n",
    ]


def test_what_a_step_changed_is_undone_when_it_ends_early(
    here: Connection, commands: FakeCommands
) -> None:
    commands.ends["fanfare orders"] = KeyboardInterrupt()
    before = signal.getsignal(signal.SIGINT)
    slow = Line("fanfare slow email 5s", undo="fanfare slow email 0s")

    with pytest.raises(KeyboardInterrupt):
        run(here, PAUSE, slow, Line("fanfare orders"))

    assert commands.run[3:] == ["fanfare slow email 0s", "fanfare resume email"]
    assert commands.handlers[3:] == [signal.SIG_IGN] * 2
    assert signal.getsignal(signal.SIGINT) is before


def test_a_change_that_is_interrupted_is_undone_as_well(
    here: Connection, commands: FakeCommands
) -> None:
    commands.ends[PAUSE.command] = KeyboardInterrupt()

    with pytest.raises(KeyboardInterrupt):
        run(here, PAUSE)

    assert commands.run == ["fanfare pause email", "fanfare resume email"]


def test_what_a_step_undid_itself_is_not_undone_again(
    here: Connection, commands: FakeCommands
) -> None:
    emptied = Line("fanfare projection orders --empty", undo="fanfare replay orders")

    run(here, emptied, Line("fanfare replay orders --wait 9"), PAUSE, Line("fanfare resume email"))

    assert len(commands.run) == 4


def test_an_undo_that_fails_is_printed_and_the_others_run(
    here: Connection, commands: FakeCommands, capsys: pytest.CaptureFixture[str]
) -> None:
    slow = Line("fanfare slow email 5s", undo="fanfare slow email 0s")
    commands.ends |= {
        "fanfare slow email 0s": CommandError("Nothing runs locally."),
        "fanfare orders": KeyboardInterrupt(),
    }

    with pytest.raises(KeyboardInterrupt):
        run(here, PAUSE, slow, Line("fanfare orders"))

    assert commands.run[-1] == "fanfare resume email"
    assert "fanfare: Nothing runs locally." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("declared", "ended", "unexpected"),
    [
        (ExitCode.DONE, ExitCode.DONE, 0),
        (ExitCode.FAILED, ExitCode.FAILED, 0),
        (ExitCode.DONE, ExitCode.FAILED, 1),
        (ExitCode.FAILED, ExitCode.DONE, 1),
    ],
)
def test_an_exit_code_that_a_step_does_not_declare_is_reported(
    here: Connection,
    commands: FakeCommands,
    capsys: pytest.CaptureFixture[str],
    declared: ExitCode,
    ended: ExitCode,
    unexpected: int,
) -> None:
    commands.ends["fanfare orders"] = ended

    guide = run(here, Line("fanfare orders", code=declared))

    assert guide.unexpected == unexpected
    assert ("should have ended" in capsys.readouterr().err) is bool(unexpected)


def test_an_order_that_is_refused_ends_the_step(here: Connection, commands: FakeCommands) -> None:
    commands.ends["fanfare invoke"] = ExitCode.REFUSED

    with pytest.raises(CommandError, match="The shop did not accept the order"):
        run(here, PLACE)


def test_a_step_that_waits_shows_its_commands_first(
    here: Connection,
    commands: FakeCommands,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    seen: list[str] = []
    monkeypatch.setattr("builtins.input", lambda: seen.append(capsys.readouterr().out))

    run(here, Line("fanfare orders"), waits=True)

    assert seen[0].endswith("    fanfare orders\nEnter runs this, Ctrl-C ends the tour. ")


@pytest.mark.parametrize(
    ("terminal", "yes", "waits"), [(True, False, 8), (True, True, 0), (False, False, 0)]
)
def test_only_a_terminal_without_yes_waits(
    here: Connection,
    commands: FakeCommands,
    monkeypatch: pytest.MonkeyPatch,
    terminal: bool,
    yes: bool,
    waits: int,
) -> None:
    entered: list[None] = []
    monkeypatch.setattr("sys.stdin.isatty", lambda: terminal)
    monkeypatch.setattr("builtins.input", lambda: entered.append(None))
    monkeypatch.setattr(module, "ask", lambda *_: [])
    monkeypatch.setattr(module, "_api", lambda: "http://x")
    write(here, history_of())
    commands.ends |= {f"fanfare order {ORDER[:8]} --wait 2": ExitCode.FAILED}

    assert tour(here, Options(), None, yes=yes) is ExitCode.DONE

    assert len(entered) == waits
    assert commands.run.count("fanfare invoke") == 7


def test_one_step_may_be_chosen(here: Connection, commands: FakeCommands) -> None:
    assert tour(here, Options(), 6, yes=True) is ExitCode.DONE

    assert commands.run == [line.command for line in STEPS[5].lines]


def test_a_tour_with_an_unexpected_exit_code_has_failed(
    here: Connection, commands: FakeCommands
) -> None:
    commands.ends["fanfare orders"] = ExitCode.NOT_FOUND

    assert tour(here, Options(), 6, yes=True) is ExitCode.FAILED


@pytest.mark.parametrize("number", [0, 9, -1])
def test_an_unknown_step_is_refused_with_the_known_ones(number: int) -> None:
    with pytest.raises(CommandError, match=f"no step {number}; the steps are 1 fan-out, 2") as no:
        validate(Options(), number)

    assert no.value.code is ExitCode.USAGE


def test_another_stage_is_refused() -> None:
    with pytest.raises(CommandError, match="The tour is for stage local, not dev") as refused:
        validate(Options(stage="dev"), None)

    assert refused.value.code is ExitCode.USAGE


def test_without_a_local_run_the_tour_names_how_to_start_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("ops.stage.local_run.live_runs", list)

    assert main(["tour"]) == ExitCode.NOT_FOUND

    assert "start `make run` in another terminal" in capsys.readouterr().err


# -- asking over HTTP ------------------------------------------------------------------------------


class FakeShop(http.server.BaseHTTPRequestHandler):
    """Answers a request for an order, which is moving."""

    asked: ClassVar[list[tuple[str, str]]] = []

    def do_GET(self) -> None:
        self.asked.append((self.path, self.headers["authorization"]))
        self.send_response(200)
        self.send_header("Retry-After", "3")
        self.end_headers()
        self.wfile.write(json.dumps(ANSWER).encode())

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Serve a shop, and register it as the local run's."""
    with http.server.HTTPServer(("127.0.0.1", 0), FakeShop) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        api = f"http://127.0.0.1:{server.server_port}/api"
        found = LocalRun(port=1, pid=1, began=0, api=api)
        monkeypatch.setattr("ops.stage.local_run.live_runs", lambda: [found])
        yield
        server.shutdown()


def test_the_shop_is_asked_with_the_orders_key(
    here: Connection, commands: FakeCommands, api: None, capsys: pytest.CaptureFixture[str]
) -> None:
    run(here, PLACE, Line("curl -si -H 'authorization: Bearer KEY' API/orders/ORDER"))

    assert FakeShop.asked == [(f"/api/orders/{ORDER}", "Bearer secret")]
    assert capsys.readouterr().out.splitlines()[-5:-1] == [
        "HTTP/1.1 200 OK",
        "retry-after: 3",
        f'{{"id":"{ORDER}","status":"placed", …}}',
        "",
    ]
