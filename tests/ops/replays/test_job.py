"""A job's file: what is trusted, what is not, and who may work on it."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from ops.cli.errors import CommandError, ExitCode
from ops.replays import job as jobs
from ops.replays.estimate import Census
from ops.replays.job import Ended, Job, Plan, Sent
from tests.support.builders import NOW

CENSUS = Census(
    events=30,
    orders=10,
    types={"OrderPlaced": 30},
    oldest=None,
    newest=None,
    examples=("A/placed",),
    requests=3,
    units=1.5,
)


def plan(job: str = "orders-1", *, stage: str = "local", consumer: str = "orders") -> Plan:
    return Plan(
        job=job,
        stage=stage,
        consumer=consumer,
        made=NOW,
        since=None,
        until=NOW,
        types=("OrderPlaced",),
        orders=(),
        rate=50.0,
        census=CENSUS,
    )


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return jobs.create(plan(), tmp_path)


def sent(events: int) -> Sent:
    return Sent(at=NOW, cursor=f"ORDER{events}/placed", events=events, types={})


def test_a_job_reads_back_as_it_was_written(job: Job, tmp_path: Path) -> None:
    with job.at_work():
        job.note(sent(10))
        job.note(sent(20))
        job.note(Ended(at=NOW, how="failed", why="Busy"))

    again = jobs.find("orders-1", tmp_path)

    assert (again.plan, again.sent, again.ended) == (plan(), sent(20), job.ended)
    assert (again.state, again.torn) == ("failed", False)


def test_a_job_that_is_gone_on_with_has_not_ended(job: Job) -> None:
    with job.at_work():
        job.note(Ended(at=NOW, how="failed"))
        job.note(sent(10))

    assert jobs.load(job.path).state == "interrupted"


def test_a_job_runs_while_somebody_works_on_it_who_is_alone_with_it(job: Job) -> None:
    with job.at_work():
        other = jobs.load(job.path)
        assert other.state == "running"
        with pytest.raises(CommandError, match="another process") as refused, other.at_work():
            pass
    assert refused.value.code is ExitCode.REFUSED
    assert jobs.load(job.path).state == "interrupted"


def test_a_job_that_somebody_else_went_on_with_since_it_was_read_is_left_alone(job: Job) -> None:
    first, second = jobs.load(job.path), jobs.load(job.path)
    with first.at_work():
        first.note(sent(10))
        first.note(Ended(at=NOW, how="done"))
    written = job.path.read_bytes()

    with pytest.raises(CommandError, match="Somebody else went on") as refused, second.at_work():
        second.note(sent(5))

    assert refused.value.code is ExitCode.REFUSED
    assert job.path.read_bytes() == written


def test_a_line_is_written_by_who_works_on_it_only(job: Job) -> None:
    with pytest.raises(RuntimeError):
        job.note(sent(10))


def test_a_job_is_made_once(job: Job, tmp_path: Path) -> None:
    with pytest.raises(FileExistsError):
        jobs.create(plan(), tmp_path)


def test_ids_are_names_of_files_and_sort_by_time() -> None:
    ids = [jobs.new_id("orders", NOW + timedelta(seconds=second)) for second in range(20)]

    assert ids == sorted(ids)
    assert ids[0].startswith("orders-20261123-090000-")


@pytest.mark.parametrize("name", ["orders-2", "../../etc/passwd", "", "Orders", "a/b"])
def test_a_job_that_is_not_there_is_not_found(job: Job, tmp_path: Path, name: str) -> None:
    with pytest.raises(CommandError, match="fanfare jobs") as missing:
        jobs.find(name, tmp_path)

    assert missing.value.code is ExitCode.NOT_FOUND


def distrusted(job: Job, raw: bytes) -> str:
    job.path.write_bytes(raw)
    with pytest.raises(CommandError, match="not to be trusted") as refused:
        jobs.load(job.path)
    assert refused.value.code is ExitCode.REFUSED
    return str(refused.value)


LINE_2 = "line 2 is none of a job's"
ENDED = b'{"line":"ended","at":"2026-11-23T09:00:00Z","how":"done"}\n'
DAMAGES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "cut in its first line": (lambda raw: raw[: len(raw) // 2], "no whole line"),
    "empty": (lambda _: b"", "no whole line"),
    "begun by others": (lambda raw: b"hello\n" + raw, "line 1 is none of a job's"),
    "torn in the middle": (lambda raw: raw + b'{"line":"se\n' + ENDED, LINE_2),
    "no text": (lambda raw: raw + b"\x00\xff\n", LINE_2),
    "of another kind": (lambda raw: raw + b'{"line":"moved"}\n', LINE_2),
    "twice": (lambda raw: raw + raw, "line 2 is a second plan"),
    "renamed": (lambda raw: raw.replace(b"orders-1", b"orders-7"), "not the plan of this job"),
    "without its plan": (lambda _: ENDED, "first line"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_file_that_is_torn_but_at_its_end_or_is_not_ours_is_refused(
    job: Job, damage: str
) -> None:
    done, says = DAMAGES[damage]
    message = distrusted(job, done(job.path.read_bytes()))

    assert says in message
    assert "nothing is sent by it. Start a new job instead" in message
    assert "remove the file" in message


def test_a_file_that_goes_back_is_refused(job: Job) -> None:
    with job.at_work():
        job.note(sent(20))
        job.note(sent(10))

    assert "less than one before" in distrusted(job, job.path.read_bytes())
