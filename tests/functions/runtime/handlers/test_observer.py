"""The observer of a function: JSON lines, metrics and fingerprints of errors."""

import json
from runpy import run_path
from types import FunctionType

import pytest

from functions.framework.outcomes import METRICS
from functions.framework.ports import SafeToLog
from functions.runtime.handlers import observer, reactor
from functions.runtime.handlers.observer import failure
from functions.runtime.settings import PACKAGE
from tests.functions.conftest import Logged


def test_a_record_is_one_json_line_with_its_fields(logged: Logged) -> None:
    logged.observer.record("done", order="A", millis=1.5, stated=["A/outcome"])

    line = json.loads(logged.text())
    assert (line["outcome"], line["order"], line["millis"]) == ("done", "A", 1.5)
    assert line["stated"] == ["A/outcome"]
    assert line["service"].startswith("service-")
    assert line["level"] == "INFO"


def test_an_error_makes_the_line_a_warning(logged: Logged) -> None:
    logged.observer.record("retry", error="TimeoutError")

    assert json.loads(logged.text())["level"] == "WARNING"


def test_outcomes_and_counts_are_metrics_of_the_service(logged: Logged) -> None:
    for _ in range(2):
        logged.observer.record("done")
    logged.observer.count("EventAge", 250, millis=True)
    logged.observer.flush()

    metrics = [json.loads(line) for line in logged.text().splitlines() if "_aws" in line]
    (metric,) = metrics
    (declared,) = metric["_aws"]["CloudWatchMetrics"]
    assert (declared["Namespace"], declared["Dimensions"]) == (METRICS, [["service"]])
    assert (metric["Done"], metric["EventAge"]) == ([1.0, 1.0], [250.0])
    assert {m["Name"]: m["Unit"] for m in declared["Metrics"]}["EventAge"] == "Milliseconds"


def test_metrics_are_written_once(logged: Logged) -> None:
    logged.observer.record("done")
    logged.observer.flush()
    logged.text()
    logged.observer.flush()

    assert logged.text() == ""


def fingerprint(code: str, error: type[Exception] = ValueError) -> dict[str, str]:
    """Return the logged fields of the error that `code` raises, as if it were in our source."""
    filename = reactor.__file__
    module = compile(code, filename, "exec")
    function = FunctionType(module.co_consts[0], {"error": error})
    try:
        function()
    except error as caught:
        return failure(caught)
    raise AssertionError("no error was raised")


def test_a_fingerprint_does_not_depend_on_the_message_or_line_numbers() -> None:
    before = fingerprint("def f():\n  raise error('of A')")
    after = fingerprint("def f():\n  x = 1\n  y = 2\n  raise error('of B')")

    assert before == after


def test_another_error_or_place_has_another_fingerprint() -> None:
    known = {
        fingerprint("def f():\n  raise error")["fingerprint"],
        fingerprint("def f():\n  raise error", KeyError)["fingerprint"],
        fingerprint("def g():\n  raise error")["fingerprint"],
    }

    assert len(known) == 3


def test_the_place_is_the_innermost_function_of_our_own_code() -> None:
    fields = fingerprint("def f():\n  import json\n  json.loads('{')", json.JSONDecodeError)

    assert fields["at"] == "functions/runtime/handlers/reactor.py:f"
    assert fields["error"] == "JSONDecodeError"


def test_an_error_from_outside_our_code_has_the_place_elsewhere() -> None:
    assert failure(ValueError("no traceback"))["at"] == "elsewhere"


def test_the_message_of_an_error_is_left_out() -> None:
    assert "secret" not in str(fingerprint("def f():\n  raise error('secret')"))
    assert observer.ROOT.name


class Advice(SafeToLog):
    pass


def test_only_the_message_of_an_error_that_is_safe_to_log_is_kept() -> None:
    assert failure(Advice("turn it on"))["detail"] == "turn it on"
    assert "tok_secret" not in str(failure(ValueError("tok_secret")))


def test_the_place_of_an_error_may_be_in_the_package_of_another_repository(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(PACKAGE, "example_stamps")
    module = run_path(observer.__file__)
    code = compile(
        "def stamp():\n    1 / 0", f"{observer.ROOT}/example_stamps/reactions.py", "exec"
    )

    with pytest.raises(ZeroDivisionError) as raised:
        FunctionType(code.co_consts[0], {})()

    assert module["failure"](raised.value)["at"] == "example_stamps/reactions.py:stamp"
    assert failure(raised.value)["at"] == "elsewhere"
