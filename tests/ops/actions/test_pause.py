"""A consumer is switched off and on by its event source, and nobody is told so before it is."""

from typing import Any

import pytest

from ops.actions.pause import switch
from ops.cli.errors import CommandError, ExitCode
from ops.cli.options import Options
from ops.stage.connection import Connection
from ops.stage.event_sources import PATIENCE, set_enabled
from ops.stage.lookups import consumer_named


class PlayedSources:
    """A Lambda client with one event source, which takes some looks until it is switched."""

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


def connection(sources: PlayedSources) -> Connection:
    return Connection(stage="local", client=lambda _: sources)


def test_a_consumer_is_paused_once_its_event_source_is() -> None:
    sources, slept = PlayedSources(looks=2), list[float]()

    assert set_enabled(connection(sources), "payment", on=False, sleep=slept.append)

    assert sources.updates == [("fanfare-local-payment", False)]
    assert len(slept) == 2


def test_a_consumer_that_is_as_it_is_wanted_is_left_alone() -> None:
    sources = PlayedSources(state="Enabled")

    assert not set_enabled(connection(sources), "payment", on=True)
    assert sources.updates == []


def test_an_event_source_that_does_not_follow_is_told_in_the_end() -> None:
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    with pytest.raises(CommandError, match="payment is not disabled after 90 s"):
        set_enabled(
            connection(PlayedSources(looks=1000)),
            "payment",
            on=False,
            clock=lambda: now[0],
            sleep=sleep,
        )
    assert PATIENCE < now[0] < PATIENCE + 2


def test_a_consumer_without_an_event_source_is_not_deployed() -> None:
    with pytest.raises(
        CommandError, match="ordering has no event source on stage local"
    ) as trouble:
        set_enabled(connection(PlayedSources()), "ordering", on=False)
    assert trouble.value.code is ExitCode.NOT_FOUND


def test_a_stage_in_an_account_needs_consent() -> None:
    sources = PlayedSources()
    prod = Connection(stage="prod", client=lambda _: sources)

    with pytest.raises(CommandError, match="this needs your consent") as trouble:
        switch(prod, Options(stage="prod"), consumer_named("payment"), on=False, yes=False)

    assert trouble.value.code is ExitCode.REFUSED
    assert sources.updates == []


@pytest.mark.parametrize(
    ("state", "on", "said"),
    [
        ("Enabled", False, "payment is paused: its messages wait, until `fanfare resume payment`."),
        ("Disabled", True, "payment works off what waited in its queue."),
        ("Disabled", False, "payment was paused already."),
        ("Enabled", True, "payment was running already."),
    ],
)
def test_what_it_means_is_said(
    capsys: pytest.CaptureFixture[str], state: str, on: bool, said: str
) -> None:
    here, payment = connection(PlayedSources(state=state)), consumer_named("payment")

    assert switch(here, Options(), payment, on=on, yes=False) is ExitCode.DONE

    assert capsys.readouterr().out == f"{said}\n"
