"""Command lines of campaigns: options and exit codes."""

from argparse import ArgumentTypeError

import pytest

from ops.cli.errors import ExitCode
from tests.support.campaigns import leave, whole


def test_a_whole_number_that_is_large_enough_is_read() -> None:
    assert (whole(0)("0"), whole(1)("300")) == (0, 300)


@pytest.mark.parametrize("text", ["0", "-3", "x", "1.5", "1_0", ""])
def test_an_invalid_number_is_refused(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="is not a whole number from 1 on"):
        whole(1)(text)


def test_a_campaign_exits_with_its_code() -> None:
    with pytest.raises(SystemExit) as ended:
        leave(lambda: ExitCode.FOUND)

    assert ended.value.code == ExitCode.FOUND


def test_a_campaign_stopped_by_ctrl_c_has_its_own_exit_code(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def stopped() -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("sys.unraisablehook", None)
    with pytest.raises(SystemExit) as ended:
        leave(stopped)

    assert ended.value.code == ExitCode.INTERRUPTED
