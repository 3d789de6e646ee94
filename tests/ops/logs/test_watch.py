"""The functions' logs are followed: nothing twice, nothing lost, all by time."""

from contextlib import nullcontext

import pytest
from botocore.exceptions import ClientError

from functions.map import SERVICES
from ops.logs.watch import AWS_TIMING, LOCAL_TIMING, NO_NOISE, Watch, watch
from ops.stage.connection import Connection
from tests.ops.conftest import FakeLambda, FakeLogs

BEGAN = 1_795_424_400.0


def line(event: str, second: float) -> dict[str, str]:
    millis = round(second * 1000)
    stamp = f"2026-11-23 09:{millis // 60_000:02}:{millis // 1000 % 60:02},{millis % 1000:03}+0000"
    return {"timestamp": stamp, "service": "s", "outcome": "done", "event": event}


def write(logs: FakeLogs, group: str, event: str, written: float, visible: float) -> None:
    logs.write(group, line(event, written), BEGAN + visible)


def watching(logs: FakeLogs) -> Watch:
    return Watch(logs, {"payment": "P", "inventory": "I"}, since=BEGAN, timing=LOCAL_TIMING)


def events(watched: Watch, second: float, *, flush: bool = False) -> list[str | None]:
    return [record.event for record in watched.poll(BEGAN + second, flush=flush)]


def test_each_line_is_returned_once(logs: FakeLogs) -> None:
    watched = watching(logs)
    write(logs, "P", "a", 0.0, 0.05)

    assert events(watched, 1) == ["a"]
    assert events(watched, 1.1) == []

    write(logs, "P", "b", 1.05, 1.1)
    assert events(watched, 2) == ["b"]


def test_services_are_merged_by_time(logs: FakeLogs) -> None:
    for group, event, written in (("P", "second", 0.2), ("I", "first", 0.1), ("I", "third", 0.3)):
        write(logs, group, event, written, 0.4)

    assert events(watching(logs), 1) == ["first", "second", "third"]


def test_a_line_waits_for_older_ones_of_other_services(logs: FakeLogs) -> None:
    watched = watching(logs)
    write(logs, "P", "younger", 1.0, 1.0)

    assert events(watched, 1.0 + LOCAL_TIMING.hold / 2) == []

    write(logs, "I", "older", 0.99, 1.04)
    assert events(watched, 1.0 + LOCAL_TIMING.hold) == ["older", "younger"]


def test_a_line_is_shown_within_half_a_second() -> None:
    visible_after = 0.076

    assert visible_after + 2 * LOCAL_TIMING.every < 0.5
    assert LOCAL_TIMING.hold <= visible_after + LOCAL_TIMING.every


def test_a_flush_returns_held_lines(logs: FakeLogs) -> None:
    watched = watching(logs)
    write(logs, "P", "a", 1.0, 1.0)

    assert events(watched, 1.0, flush=True) == ["a"]


def test_two_hundred_lines_a_second_are_all_returned_once() -> None:
    logs, given = FakeLogs(), []
    watched = watching(logs)
    for number in range(2000):
        write(logs, "PI"[number % 2], str(number), number / 200, number / 200 + 0.05)
    everything = {group: list(lines) for group, lines in logs.lines.items()}
    for tick in range(60):
        now = tick * LOCAL_TIMING.every
        logs.lines = {
            group: [line for line in lines if line["timestamp"] <= (BEGAN + now) * 1000]
            for group, lines in everything.items()
        }
        given += events(watched, now)

    assert given == [str(number) for number in range(2000)]


def test_a_long_answer_is_read_page_by_page() -> None:
    logs = FakeLogs(page=10)
    for number in range(35):
        write(logs, "P", str(number), number / 1000, number / 1000)

    assert len(events(watching(logs), 1)) == 35
    assert len(logs.requests) == 4 + 1


def test_a_full_answer_without_a_token_is_followed_by_another_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    logs = FakeLogs(page=10, tokens=False)
    monkeypatch.setattr("ops.logs.watch.FULL", 10)
    for number in range(35):
        write(logs, "P", str(number), number / 1000, number / 1000)

    assert len(events(watching(logs), 1)) == 35


def test_only_the_time_of_late_lines_is_read_again(logs: FakeLogs) -> None:
    watched = watching(logs)

    events(watched, 100)
    events(watched, 101)

    assert logs.requests[-1]["startTime"] == round((BEGAN + 100 - LOCAL_TIMING.late) * 1000)


def test_a_watch_on_a_stage_reads_every_function_at_its_pace(
    here: Connection, logs: FakeLogs
) -> None:
    watched = watch(here, since=BEGAN)
    watched.poll(BEGAN)

    groups = {request["logGroupName"] for request in logs.requests}
    assert groups == {f"logs of fanfare-local-{service.name}" for service in SERVICES}
    assert {request["filterPattern"] for request in logs.requests} == {NO_NOISE}
    assert watched.timing is LOCAL_TIMING
    assert watch(Connection(stage="dev", client=here.client), since=BEGAN).timing is AWS_TIMING


def test_a_deleted_log_does_not_stop_the_others(logs: FakeLogs) -> None:
    watched = watching(logs)
    write(logs, "I", "a", 0.0, 0.05)
    assert events(watched, 1) == ["a"]

    logs.gone = {"I"}
    write(logs, "P", "b", 1.05, 1.1)

    assert events(watched, 2) == ["b"]


def test_without_any_log_the_error_of_aws_is_raised(logs: FakeLogs) -> None:
    logs.gone = {"P", "I"}

    with pytest.raises(ClientError, match="does not exist"):
        watching(logs).poll(BEGAN)


def test_a_service_of_the_map_that_is_not_deployed_is_not_read(
    here: Connection, logs: FakeLogs, functions: FakeLambda
) -> None:
    functions.gone = {here.function("email")}

    watch(here, since=BEGAN).poll(BEGAN)

    groups = {request["logGroupName"] for request in logs.requests}
    rest = {service.name for service in SERVICES} - {"email"}
    assert groups == {f"logs of fanfare-local-{name}" for name in rest}


def test_a_watch_on_a_stage_that_is_not_deployed_is_refused(
    here: Connection, functions: FakeLambda
) -> None:
    functions.gone = {here.function(service.name) for service in SERVICES}

    with pytest.raises(ClientError, match="Function not found"):
        watch(here, since=BEGAN)


def test_a_service_that_is_deployed_meanwhile_is_followed(
    here: Connection, logs: FakeLogs, functions: FakeLambda
) -> None:
    names = ("fanfare-local-exampleloyalty", "fanfare-local-x-payment", "fanfare-dev-email", "mine")
    watched = watch(here, since=BEGAN)
    functions.listed = [
        {"FunctionName": name, "LoggingConfig": {"LogGroup": f"new {name}"}} for name in names
    ]
    write(logs, "new fanfare-local-exampleloyalty", "a", 0.5, 0.6)

    assert events(watched, LOCAL_TIMING.find - 0.1) == []
    assert events(watched, LOCAL_TIMING.find) == ["a"]
    new = {request["logGroupName"] for request in logs.requests if "new" in request["logGroupName"]}
    assert new == {"new fanfare-local-exampleloyalty"}


@pytest.mark.parametrize("code", ["AccessDeniedException", "ServiceException"])
def test_without_the_right_to_list_functions_those_of_the_map_are_followed(
    here: Connection, functions: FakeLambda, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    def refuse(_: str) -> None:
        raise ClientError({"Error": {"Code": code, "Message": "no"}}, "ListFunctions")

    monkeypatch.setattr(functions, "get_paginator", refuse)
    watched = watch(here, since=BEGAN)

    with nullcontext() if code == "AccessDeniedException" else pytest.raises(ClientError):
        assert events(watched, LOCAL_TIMING.find) == []


def test_a_watch_on_one_order_requests_its_lines_in_its_time(
    here: Connection, logs: FakeLogs
) -> None:
    watch(here, since=BEGAN, until=BEGAN + 60, term="5WQF").poll(BEGAN)

    assert {request["filterPattern"] for request in logs.requests} == {'"5WQF"'}
    assert {request["endTime"] for request in logs.requests} == {round((BEGAN + 60) * 1000)}
