"""A run of a job, from what was typed to what is told at its end: counted, consented to, sent."""

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
from ops.replays.estimate import Census, take
from ops.replays.job import Job, Plan
from ops.replays.pace import Pace
from ops.replays.plan_text import again, say, say_rest, sentence
from ops.replays.progress import progress
from ops.replays.selection import Wanted
from ops.replays.send import Undelivered, work
from ops.replays.target import Target, batch_size
from ops.stage.aws_errors import explain
from ops.stage.connection import Connection
from ops.stage.lookups import find_order, no_such_order

APART = "Nothing was sent. To go around it, send what is before and what is after it on its own."


@dataclass(frozen=True, kw_only=True)
class Run:
    """A run towards a target: of a new job, or of one that goes on.

    It connects once all that can be checked without a stage is checked. With `dry_run` it only says
    what it would send; `yes` is consent. `then` is done at its end.
    """

    connect: Callable[[], Connection]
    options: Options
    target: Target
    dry_run: bool = False
    yes: bool = False
    then: Callable[[Connection], ExitCode] | None = None
    clock: Clock = utc_now
    pace: Callable[[float], Pace] = Pace

    def start(self, wanted: Wanted) -> ExitCode:
        """Send the selected events, or only say what would be sent."""
        now = self.clock()
        selection, rate = wanted.selection(self.target, now), wanted.pace()
        connection = self.connect()
        selection = replace(selection, orders=_orders(connection, selection.orders))
        census = self._counted(connection, selection, rate)
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
            census=census,
        )
        if self.dry_run or not census.events:
            say(self.options, plan, self.target)
            return ExitCode.DONE
        self._consent(sentence(plan, self.target))
        return self._go(connection, jobs.create(plan))

    def resume(self, wanted: Wanted, job_id: str) -> ExitCode:
        """Go on with a job where it stopped, or only say how much of it is left."""
        if wanted != Wanted():
            raise CommandError(
                "A job that is resumed has its range, types, orders and rate: leave them out.",
                ExitCode.USAGE,
            )
        job = jobs.find(job_id)
        self._must_be_ours(job.plan)
        if job.ended and job.ended.how == "done":
            self._tell(job, f"Job {job_id} is done already: nothing is left to send.")
            return ExitCode.DONE
        connection = self.connect()
        if connection.began and job.plan.made < connection.began:
            raise CommandError(
                f"Job {job_id} is of an earlier local run, whose log is gone: start a new one.",
                ExitCode.REFUSED,
            )
        if job.torn:
            self.options.err.print(
                "The job's last line was written in part: what it told of is sent again."
            )
        if self.dry_run:
            say_rest(self.options, job)
            return ExitCode.DONE
        self._consent(f"This sends {counted(job.left, 'event')} more to {job.plan.to}")
        return self._go(connection, job)

    def _must_be_ours(self, plan: Plan) -> None:
        if plan.consumer != self.target.consumer:
            ours = self.target.consumer or jobs.TOPIC
            raise CommandError(
                f"Job {plan.job} is for {plan.to}, not for {ours}.", ExitCode.REFUSED
            )
        if plan.stage != self.options.stage:
            raise CommandError(
                f"Job {plan.job} is of stage {plan.stage}, not of {self.options.stage}: name it"
                " with --stage.",
                ExitCode.REFUSED,
            )
        unheard = set(plan.types) - set(self.target.types)
        if unheard:
            raise CommandError(
                f"Job {plan.job} is about {', '.join(sorted(unheard))}, which {plan.to} does not"
                " hear any more: start a new one.",
                ExitCode.REFUSED,
            )

    def _counted(self, connection: Connection, selection: Selection, rate: float) -> Census:
        def requests_for(messages: Sequence[Message]) -> int:
            return self.target.requests_for(messages, batch_size(rate))

        try:
            census = take(connection.pages(), selection, requests_for)
        except Undecodable as error:
            raise _unreadable(str(error)) from error
        except Unfit as error:
            raise CommandError(
                f"The log has an event that cannot travel: {error}. {APART}"
            ) from error
        unknown = sorted(set(census.types) - set(CONTRACTS))
        if unknown:
            raise _unreadable(f"there is no type {', '.join(unknown)} here")
        return census

    def _consent(self, what: str) -> None:
        warning = " ".join(self.target.warning())
        confirm(self.options, f"{what}. {warning}".rstrip(), yes=self.yes)

    def _go(self, connection: Connection, job: Job) -> ExitCode:
        way = self.target.way(connection)
        self.options.err.print(f"job {job.plan.job}  ({job.path})")
        try:
            with progress(self.options, job) as tell:
                work(job, connection.pages(), way, self.pace(job.plan.rate), self.clock, tell)
        except KeyboardInterrupt:
            self.options.err.print(f"{_so_far(job)}. Go on with: {again(job.plan)}")
            raise
        except Exception as error:
            known = isinstance(error, (Undelivered, Undecodable))
            trouble = CommandError(f"{error}.") if known else explain(error, connection.stage)
            if trouble is None or trouble.code is ExitCode.REFUSED:
                raise
            raise CommandError(
                f"{trouble} {_so_far(job)}. Go on with: {again(job.plan)}", trouble.code
            ) from error
        sent, expected = job.sent.events if job.sent else 0, job.plan.census.events
        odd = f" ({expected:,} were counted before: the log grew)" if sent != expected else ""
        follows = self.target.what_follows(connection.stage)
        self._tell(job, f"Sent {counted(sent, 'event')} to {job.plan.to}{odd}. {follows}")
        return self.then(connection) if self.then else ExitCode.DONE

    def _tell(self, job: Job, sentence: str) -> None:
        if self.options.json:
            sent = job.sent.events if job.sent else 0
            known = {"job": job.plan.job, "state": "done", "sent": sent}
            self.options.print_json(known | {"types": job.sent.types if job.sent else {}})
        else:
            self.options.out.print(sentence)


def _orders(connection: Connection, typed: tuple[str, ...]) -> tuple[str, ...]:
    """Return whole ids of orders that there are, each once."""
    found = sorted({find_order(connection, order.upper()) for order in typed})
    for order in found:
        if not len(connection.log().read(order)):
            raise no_such_order(order)
    return tuple(found)


def _unreadable(why: str) -> CommandError:
    return CommandError(
        f"The log has an event that this version of fanfare cannot read: {why}. Bring your"
        f" checkout up to date. {APART}"
    )


def _so_far(job: Job) -> str:
    sent = job.sent.events if job.sent else 0
    return f"{sent:,} of {counted(job.plan.census.events, 'event')} sent"
