"""What the command lines of campaigns share."""

from argparse import ArgumentTypeError

import pytest

from ops.cli.errors import ExitCode
from tests.support.campaigns import leave, whole


def test_a_whole_number_that_is_large_enough_is_read() -> None:
    assert (whole(0)("0"), whole(1)("300")) == (0, 300)


@pytest.mark.parametrize("typed", ["0", "-3", "x", "1.5", "1_0", ""])
def test_what_would_try_nothing_is_refused(typed: str) -> None:
    with pytest.raises(ArgumentTypeError, match="is no whole number from 1 on"):
        whole(1)(typed)


def test_a_campaign_exits_as_it_ended() -> None:
    with pytest.raises(SystemExit) as ended:
        leave(lambda: ExitCode.FOUND)

    assert ended.value.code == ExitCode.FOUND


def test_a_campaign_that_was_stopped_says_so_by_its_exit_code(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def stopped() -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("sys.unraisablehook", None)
    with pytest.raises(SystemExit) as ended:
        leave(stopped)

    assert ended.value.code == ExitCode.INTERRUPTED
