"""`fanfare jobs`: the jobs, their progress and their state."""

from collections.abc import Iterator
from pathlib import Path

from ops.cli.errors import CommandError, ExitCode
from ops.cli.formats import counted
from ops.cli.options import Options
from ops.replays import job as job_files
from ops.replays.job import Job, Plan, Sent, State
from ops.replays.plan_text import resume_command


def show(options: Options, name: str | None) -> ExitCode:
    """List all jobs, the newest first, or show one."""
    if name is not None:
        _detail(options, job_files.find(name))
        return ExitCode.DONE
    listed = [_loaded(path) for path in job_files.JOBS.glob("*.jsonl")]
    jobs = sorted(
        (job for job in listed if isinstance(job, Job)), key=lambda job: job.plan.made, reverse=True
    )
    for error in (each for each in listed if isinstance(each, CommandError)):
        options.err.print(f"fanfare: {error}")
    if options.json:
        for job in jobs:
            options.print_json(_fields(job))
    elif jobs:
        for line in _lines(jobs):
            options.out.print(line)
    else:
        options.out.print(
            "There are no jobs yet: `fanfare replay` and `fanfare republish` create them."
        )
    return ExitCode.DONE if len(jobs) == len(listed) else ExitCode.FAILED


def _loaded(path: Path) -> Job | CommandError:
    try:
        return job_files.load(path)
    except CommandError as error:
        return error


def _fields(job: Job) -> dict[str, State | bool | str | Plan | Sent | None]:
    return {
        "job": job.plan.job,
        "state": job.state,
        "torn": job.torn,
        "why": job.ended.why if job.ended else None,
        "plan": job.plan,
        "sent": job.sent,
    }


def _lines(jobs: list[Job]) -> Iterator[str]:
    width = max(len(job.plan.job) for job in jobs)
    for job in jobs:
        plan, sent = job.plan, job.sent.events if job.sent else 0
        yield (
            f"{plan.job:<{width}}  {plan.stage:<6}  {job.state:<11}"
            f"  {sent:,} of {plan.estimate.events:,}"
        )


def _detail(options: Options, job: Job) -> None:
    if options.json:
        options.print_json(_fields(job))
        return
    out, plan, state = options.out.print, job.plan, job.state
    out(f"{plan.job}  {state}")
    out(f"  {counted(plan.estimate.events, 'event')} to {plan.to}, stage {plan.stage}")
    since = plan.since.isoformat() if plan.since else "the beginning"
    out(f"  from {since} until {plan.until.isoformat()}, at {plan.rate:g}/s")
    for name, number in plan.estimate.types.items():
        sent = job.sent.types.get(name, 0) if job.sent else 0
        out(f"  {sent:>9,} of {number:,}  {name}")
    if job.ended and job.ended.why:
        out(f"  {job.ended.why}")
    if job.torn and state != "running":
        out("  Its last line is incomplete: the events in it will be sent again.")
    if state in ("interrupted", "failed"):
        out(f"  resume with: {resume_command(plan)}")
