"""Progress of a job: a bar on a terminal, otherwise a line every few seconds, or JSON."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from ops.cli.formats import elapsed
from ops.cli.options import Options
from ops.replays.job import Job, Sent

INTERVAL = 5.0
"""Seconds between two plain lines."""

type Report = Callable[[Sent], None]


@contextmanager
def progress(
    options: Options, job: Job, *, clock: Callable[[], float] = time.monotonic
) -> Iterator[Report]:
    """Give a function that reports the total after each batch."""
    total = job.plan.estimate.events
    if options.err.is_terminal and not options.json:
        columns = (
            TextColumn("  sent"),
            BarColumn(),
            TextColumn("{task.completed:,.0f} of {task.total:,.0f}  {task.fields[speed]}"),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=options.err, transient=True) as bar:
            began = job.sent.events if job.sent else 0
            task = bar.add_task("sent", total=total, completed=began, speed="")
            speed = _Speed(began, clock)
            yield lambda sent: bar.update(
                task, completed=sent.events, speed=f"{speed.of(sent):.1f}/s"
            )
        return
    yield _plain(options, job, total, clock)


def _plain(options: Options, job: Job, total: int, clock: Callable[[], float]) -> Report:
    speed = _Speed(job.sent.events if job.sent else 0, clock)
    printed = clock()

    def report(sent: Sent) -> None:
        nonlocal printed
        if clock() - printed < INTERVAL:
            return
        printed = clock()
        rate = speed.of(sent)
        left = (total - sent.events) / rate if rate else 0.0
        if options.json:
            known = {"job": job.plan.job, "sent": sent.events, "of": total}
            options.print_json(known | {"rate": round(rate, 1), "seconds_left": round(left)})
        else:
            options.err.print(
                f"  sent {sent.events:,} of {total:,}  {rate:.1f}/s  {elapsed(left * 1000)} left"
            )

    return report


class _Speed:
    """Events a second since the start of this run of the job."""

    def __init__(self, events: int, clock: Callable[[], float]) -> None:
        self._events = events
        self._clock = clock
        self._began = clock()

    def of(self, sent: Sent) -> float:
        seconds = self._clock() - self._began
        return (sent.events - self._events) / seconds if seconds > 0 else 0.0
