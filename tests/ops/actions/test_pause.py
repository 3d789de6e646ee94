"""`fanfare pause` and `fanfare resume`: switch the event source, wait, then print the result."""

from typing import Any

import pytest

from ops.actions.pause import switch
from ops.cli.errors import CommandError, ExitCode
from ops.cli.options import Options
from ops.stage.connection import Connection
from ops.stage.event_sources import PATIENCE, set_enabled
from ops.stage.lookups import consumer_named


class FakeEventSources:
    """A fake Lambda client with one event source, which switches after some requests.

    It is a fake SQS client as well, whose queues have a delay.
    """

    delay = "0"

    def __init__(self, state: str = "Enabled", looks: int = 0) -> None:
        self.state = state
        self.looks = looks
        self.updates: list[tuple[str, bool]] = []

    def list_event_source_mappings(self, *, FunctionName: str) -> dict[str, Any]:  # noqa: N803
        if FunctionName == "fanfare-local-ordering":
            return {"EventSourceMappings": []}
        return {"EventSourceMappings": [{"UUID": FunctionName, "State": self.state}]}

    def update_event_source_mapping(self, *, UUID: str, Enabled: bool) -> None:  # noqa: N803
        self.updates.append((UUID, Enabled))

    def get_event_source_mapping(self, *, UUID: str) -> dict[str, str]:  # noqa: N803
        if self.looks:
            self.looks -= 1
            return {"State": "Disabling"}
        return {"State": "Enabled" if self.updates[-1][1] else "Disabled"}

    def get_queue_url(self, **_: Any) -> dict[str, str]:
        return {"QueueUrl": "url"}

    def get_queue_attributes(self, **_: Any) -> dict[str, Any]:
        return {"Attributes": {"DelaySeconds": self.delay}}


def connection(sources: FakeEventSources) -> Connection:
    return Connection(stage="local", client=lambda _: sources)


def test_a_consumer_is_paused_once_its_event_source_is() -> None:
    sources, slept = FakeEventSources(looks=2), list[float]()

    assert set_enabled(connection(sources), "payment", on=False, sleep=slept.append)

    assert sources.updates == [("fanfare-local-payment", False)]
    assert len(slept) == 2


def test_a_consumer_in_the_wanted_state_is_left_alone() -> None:
    sources = FakeEventSources(state="Enabled")

    assert not set_enabled(connection(sources), "payment", on=True)
    assert sources.updates == []


def test_an_event_source_that_does_not_switch_in_time_is_an_error() -> None:
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    with pytest.raises(CommandError, match="payment is not disabled after 90 s"):
        set_enabled(
            connection(FakeEventSources(looks=1000)),
            "payment",
            on=False,
            clock=lambda: now[0],
            sleep=sleep,
        )
    assert PATIENCE < now[0] < PATIENCE + 2


def test_a_consumer_without_an_event_source_is_not_deployed() -> None:
    with pytest.raises(CommandError, match="ordering has no event source on stage local") as error:
        set_enabled(connection(FakeEventSources()), "ordering", on=False)
    assert error.value.code is ExitCode.NOT_FOUND


def test_a_stage_in_an_account_needs_consent() -> None:
    sources = FakeEventSources()
    prod = Connection(stage="prod", client=lambda _: sources)

    with pytest.raises(CommandError, match="this needs your consent") as error:
        switch(prod, Options(stage="prod"), consumer_named("payment"), on=False, yes=False)

    assert error.value.code is ExitCode.REFUSED
    assert sources.updates == []


@pytest.mark.parametrize(
    ("state", "on", "output"),
    [
        ("Enabled", False, "payment is paused: its messages wait, until `fanfare resume payment`."),
        ("Disabled", True, "payment is resumed: it processes the messages in its queue."),
        ("Disabled", False, "payment was paused already."),
        ("Enabled", True, "payment was running already."),
    ],
)
def test_the_result_is_printed(
    capsys: pytest.CaptureFixture[str], state: str, on: bool, output: str
) -> None:
    here, payment = connection(FakeEventSources(state=state)), consumer_named("payment")

    assert switch(here, Options(), payment, on=on, yes=False) is ExitCode.DONE

    assert capsys.readouterr().out == f"{output}\n"


def test_a_resumed_consumer_that_is_slow_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    sources, payment = FakeEventSources("Disabled"), consumer_named("payment")
    sources.delay = "5"

    switch(connection(sources), Options(), payment, on=True, yes=False)

    slow = "It is slow by 5 s: `fanfare slow payment 0s` ends that."
    assert capsys.readouterr().out.endswith(f"{slow}\n")
