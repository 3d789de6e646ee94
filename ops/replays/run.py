"""Run of a job: check the options, estimate, confirm, send, and print the result."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from events.codec import CONTRACTS, Undecodable
from functions.framework.batching import Unfit
from functions.framework.ports import Clock, Message
from functions.runtime.clock import utc_now
from functions.runtime.operating.ports import Selection
from ops.cli.confirm import confirm
from ops.cli.errors import CommandError, ExitCode
from ops.cli.formats import counted
from ops.cli.options import Options
from ops.replays import job as jobs
from ops.replays.estimate import Estimate, estimate
from ops.replays.job import Job, Plan
from ops.replays.pace import Pace
from ops.replays.plan_text import print_plan, print_remaining, resume_command, summary
from ops.replays.progress import progress
from ops.replays.selection import SelectionOptions
from ops.replays.send import Undelivered, send
from ops.replays.target import Target, batch_size
from ops.stage.aws_errors import explain
from ops.stage.connection import Connection
from ops.stage.lookups import find_order, no_such_order

SKIP = "Nothing was sent. To skip it, send the events before and after it in separate jobs."


@dataclass(frozen=True, kw_only=True)
class JobRun:
    """A run of a new or a resumed job.

    It connects after all checks that need no stage. With `dry_run` it only prints the plan; `yes`
    confirms without a prompt. `after` is called at the end.
    """

    connect: Callable[[], Connection]
    options: Options
    target: Target
    dry_run: bool = False
    yes: bool = False
    after: Callable[[Connection], ExitCode] | None = None
    clock: Clock = utc_now
    pace: Callable[[float], Pace] = Pace

    def start(self, wanted: SelectionOptions) -> ExitCode:
        """Send the selected events, or only print the plan."""
        now = self.clock()
        selection, rate = wanted.selection(self.target, now), wanted.pace()
        connection = self.connect()
        selection = replace(selection, orders=_orders(connection, selection.orders))
        estimated = self._estimate(connection, selection, rate)
        plan = Plan(
            job=jobs.new_id(self.target.consumer, now),
            stage=connection.stage,
            consumer=self.target.consumer,
            made=now,
            since=selection.since,
            until=selection.until or now,
            types=selection.types,
            orders=selection.orders,
            rate=rate,
            estimate=estimated,
        )
        if self.dry_run or not estimated.events:
            print_plan(self.options, plan, self.target)
            return ExitCode.DONE
        self._confirm(summary(plan, self.target))
        return self._send(connection, jobs.create(plan))

    def resume(self, wanted: SelectionOptions, job_id: str) -> ExitCode:
        """Resume a job where it stopped, or only print its remaining events."""
        if wanted != SelectionOptions():
            raise CommandError(
                "A resumed job has its own range, types, orders and rate: leave them out.",
                ExitCode.USAGE,
            )
        job = jobs.find(job_id)
        self._must_match(job.plan)
        if job.ended and job.ended.how == "done":
            self._print_result(job, f"Job {job_id} is done already: nothing is left to send.")
            return ExitCode.DONE
        connection = self.connect()
        if connection.began and job.plan.made < connection.began:
            raise CommandError(
                f"Job {job_id} is of an earlier local run, whose log is gone: start a new one.",
                ExitCode.REFUSED,
            )
        if job.torn:
            self.options.err.print(
                "The job's last line is incomplete: the events in it are sent again."
            )
        if self.dry_run:
            print_remaining(self.options, job)
            return ExitCode.DONE
        self._confirm(f"This sends {counted(job.left, 'event')} more to {job.plan.to}")
        return self._send(connection, job)

    def _must_match(self, plan: Plan) -> None:
        if plan.consumer != self.target.consumer:
            target = self.target.consumer or jobs.TOPIC
            raise CommandError(
                f"Job {plan.job} is for {plan.to}, not for {target}.", ExitCode.REFUSED
            )
        if plan.stage != self.options.stage:
            raise CommandError(
                f"Job {plan.job} is of stage {plan.stage}, not of {self.options.stage}: name it"
                " with --stage.",
                ExitCode.REFUSED,
            )
        removed = set(plan.types) - set(self.target.types)
        if removed:
            raise CommandError(
                f"Job {plan.job} is about {', '.join(sorted(removed))}, which {plan.to} no"
                " longer accepts: start a new one.",
                ExitCode.REFUSED,
            )

    def _estimate(self, connection: Connection, selection: Selection, rate: float) -> Estimate:
        def requests_for(messages: Sequence[Message]) -> int:
            return self.target.requests_for(messages, batch_size(rate))

        try:
            estimated = estimate(connection.pages(), selection, requests_for)
        except Undecodable as error:
            raise _unreadable(str(error)) from error
        except Unfit as error:
            raise CommandError(
                f"The log has an event that cannot be sent: {error}. {SKIP}"
            ) from error
        unknown = sorted(set(estimated.types) - set(CONTRACTS))
        if unknown:
            raise _unreadable(f"there is no type {', '.join(unknown)} here")
        return estimated

    def _confirm(self, text: str) -> None:
        warning = " ".join(self.target.warning())
        confirm(self.options, f"{text}. {warning}".rstrip(), yes=self.yes)

    def _send(self, connection: Connection, job: Job) -> ExitCode:
        transport = self.target.transport(connection)
        self.options.err.print(f"job {job.plan.job}  ({job.path})")
        try:
            with progress(self.options, job) as report:
                pace = self.pace(job.plan.rate)
                send(job, connection.pages(), transport, pace, self.clock, report)
        except KeyboardInterrupt:
            self.options.err.print(f"{_progress(job)}. Resume with: {resume_command(job.plan)}")
            raise
        except Exception as error:
            known = isinstance(error, (Undelivered, Undecodable))
            explained = CommandError(f"{error}.") if known else explain(error, connection.stage)
            if explained is None or explained.code is ExitCode.REFUSED:
                raise
            raise CommandError(
                f"{explained} {_progress(job)}. Resume with: {resume_command(job.plan)}",
                explained.code,
            ) from error
        sent, expected = job.sent.events if job.sent else 0, job.plan.estimate.events
        note = f" ({expected:,} were counted before: the log grew)" if sent != expected else ""
        follows = self.target.next_steps(connection.stage)
        self._print_result(job, f"Sent {counted(sent, 'event')} to {job.plan.to}{note}. {follows}")
        return self.after(connection) if self.after else ExitCode.DONE

    def _print_result(self, job: Job, text: str) -> None:
        if self.options.json:
            sent = job.sent.events if job.sent else 0
            known = {"job": job.plan.job, "state": "done", "sent": sent}
            self.options.print_json(known | {"types": job.sent.types if job.sent else {}})
        else:
            self.options.out.print(text)


def _orders(connection: Connection, typed: tuple[str, ...]) -> tuple[str, ...]:
    """Return the full ids of existing orders, each once."""
    found = sorted({find_order(connection, order.upper()) for order in typed})
    for order in found:
        if not len(connection.log().read(order)):
            raise no_such_order(order)
    return tuple(found)


def _unreadable(why: str) -> CommandError:
    return CommandError(
        f"The log has an event that this version of fanfare cannot read: {why}. Update"
        f" your checkout. {SKIP}"
    )


def _progress(job: Job) -> str:
    sent = job.sent.events if job.sent else 0
    return f"{sent:,} of {counted(job.plan.estimate.events, 'event')} sent"
