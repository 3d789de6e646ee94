"""Job file: valid and invalid files, and locking."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from ops.cli.errors import CommandError, ExitCode
from ops.replays import job as jobs
from ops.replays.estimate import Estimate
from ops.replays.job import Ended, Job, Plan, Sent
from testkit.builders import NOW

ESTIMATE = Estimate(
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
        estimate=ESTIMATE,
    )


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return jobs.create(plan(), tmp_path)


def sent(events: int) -> Sent:
    return Sent(at=NOW, cursor=f"ORDER{events}/placed", events=events, types={})


def test_a_job_is_loaded_as_it_was_written(job: Job, tmp_path: Path) -> None:
    with job.locked():
        job.append(sent(10))
        job.append(sent(20))
        job.append(Ended(at=NOW, how="failed", why="Busy"))

    loaded = jobs.find("orders-1", tmp_path)

    assert (loaded.plan, loaded.sent, loaded.ended) == (plan(), sent(20), job.ended)
    assert (loaded.state, loaded.torn) == ("failed", False)


def test_the_estimate_is_called_census_in_the_file(job: Job) -> None:
    assert b'"rate":50.0,"census":{"events":30,' in job.path.read_bytes()


def test_a_resumed_job_has_not_ended(job: Job) -> None:
    with job.locked():
        job.append(Ended(at=NOW, how="failed"))
        job.append(sent(10))

    assert jobs.load(job.path).state == "interrupted"


def test_a_locked_job_is_running_and_no_other_process_may_lock_it(job: Job) -> None:
    with job.locked():
        other = jobs.load(job.path)
        assert other.state == "running"
        with pytest.raises(CommandError, match="another process") as refused, other.locked():
            pass
    assert refused.value.code is ExitCode.REFUSED
    assert jobs.load(job.path).state == "interrupted"


def test_a_job_that_changed_since_it_was_read_is_refused(job: Job) -> None:
    first, second = jobs.load(job.path), jobs.load(job.path)
    with first.locked():
        first.append(sent(10))
        first.append(Ended(at=NOW, how="done"))
    written = job.path.read_bytes()

    with pytest.raises(CommandError, match="Another process resumed") as refused, second.locked():
        second.append(sent(5))

    assert refused.value.code is ExitCode.REFUSED
    assert job.path.read_bytes() == written


def test_a_line_is_appended_to_a_locked_job_only(job: Job) -> None:
    with pytest.raises(RuntimeError):
        job.append(sent(10))


def test_a_job_is_created_once(job: Job, tmp_path: Path) -> None:
    with pytest.raises(FileExistsError):
        jobs.create(plan(), tmp_path)


def test_ids_are_file_names_and_sort_by_time() -> None:
    ids = [jobs.new_id("orders", NOW + timedelta(seconds=second)) for second in range(20)]

    assert ids == sorted(ids)
    assert ids[0].startswith("orders-20261123-090000-")


@pytest.mark.parametrize("name", ["orders-2", "../../etc/passwd", "", "Orders", "a/b"])
def test_a_missing_job_is_not_found(job: Job, tmp_path: Path, name: str) -> None:
    with pytest.raises(CommandError, match="fanfare jobs") as missing:
        jobs.find(name, tmp_path)

    assert missing.value.code is ExitCode.NOT_FOUND


def refused_text(job: Job, raw: bytes) -> str:
    job.path.write_bytes(raw)
    with pytest.raises(CommandError, match="not a valid job file") as refused:
        jobs.load(job.path)
    assert refused.value.code is ExitCode.REFUSED
    return str(refused.value)


LINE_2 = "line 2 is no line of a job"
ENDED = b'{"line":"ended","at":"2026-11-23T09:00:00Z","how":"done"}\n'
DAMAGES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "cut in its first line": (lambda raw: raw[: len(raw) // 2], "no complete line"),
    "empty": (lambda _: b"", "no complete line"),
    "with a foreign first line": (lambda raw: b"hello\n" + raw, "line 1 is no line of a job"),
    "torn in the middle": (lambda raw: raw + b'{"line":"se\n' + ENDED, LINE_2),
    "binary": (lambda raw: raw + b"\x00\xff\n", LINE_2),
    "of another kind": (lambda raw: raw + b'{"line":"moved"}\n', LINE_2),
    "twice": (lambda raw: raw + raw, "line 2 is a second plan"),
    "renamed": (lambda raw: raw.replace(b"orders-1", b"orders-7"), "not the plan of this job"),
    "without its plan": (lambda _: ENDED, "first line"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_an_invalid_file_is_refused_unless_only_its_last_line_is_incomplete(
    job: Job, damage: str
) -> None:
    done, text = DAMAGES[damage]
    message = refused_text(job, done(job.path.read_bytes()))

    assert text in message
    assert "nothing is sent. Start a new job instead" in message
    assert "remove the file" in message


def test_a_file_whose_progress_decreases_is_refused(job: Job) -> None:
    with job.locked():
        job.append(sent(20))
        job.append(sent(10))

    assert "fewer events than a line before it" in refused_text(job, job.path.read_bytes())
