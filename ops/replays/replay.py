"""`fanfare replay`: events of the log, sent again to one consumer's queue."""

from collections.abc import Callable
from dataclasses import replace

from events.codec import Undecodable
from functions.runtime.clock import utc_now
from functions.runtime.operating.ports import Selection
from functions.runtime.ports import Clock
from functions.runtime.service import Consumer
from ops.cloud import Cloud, connect
from ops.consent import consent
from ops.draining import until_drained
from ops.explain import explain
from ops.options import Options
from ops.order import find as find_order
from ops.order import no_such_order
from ops.replays import job as jobs
from ops.replays.census import Census, take
from ops.replays.job import Job, Plan
from ops.replays.pace import Pace
from ops.replays.plan import again, say, say_rest, sentence, what_follows
from ops.replays.progress import progress
from ops.replays.replaying import Undelivered, batch_size, work
from ops.replays.selection import Wanted, consumer_named, must_be_replayable
from ops.trouble import Exit, Trouble
from ops.words import many


def replay(
    options: Options,
    name: str,
    wanted: Wanted,
    *,
    dry_run: bool = False,
    yes: bool = False,
    wait: float | None = None,
    clock: Clock = utc_now,
    pace: Callable[[float], Pace] = Pace,
) -> Exit:
    """Send the selected events again, or only say what would be sent."""
    consumer = consumer_named(name)
    must_be_replayable(consumer)
    now = clock()
    selection, rate = wanted.selection(consumer, now), wanted.pace()
    cloud = connect(options)
    selection = replace(selection, orders=_orders(cloud, selection.orders))
    census = _counted(cloud, selection, rate)
    plan = Plan(
        job=jobs.new_id(consumer.name, now),
        stage=cloud.stage,
        consumer=consumer.name,
        made=now,
        since=selection.since,
        until=selection.until or now,
        types=selection.types,
        orders=selection.orders,
        rate=rate,
        census=census,
    )
    if dry_run or not census.events:
        say(options, plan, consumer)
        return Exit.DONE
    consent(options, f"{sentence(plan, consumer)}.", yes=yes)
    return _go(options, cloud, jobs.create(plan), consumer, wait, clock, pace)


def resume(
    options: Options,
    name: str,
    wanted: Wanted,
    job_id: str,
    *,
    dry_run: bool = False,
    yes: bool = False,
    wait: float | None = None,
    clock: Clock = utc_now,
    pace: Callable[[float], Pace] = Pace,
) -> Exit:
    """Go on with a job where it stopped, or only say how much of it is left."""
    consumer = consumer_named(name)
    must_be_replayable(consumer)
    if wanted != Wanted():
        raise Trouble(
            "A job that is resumed has its range, types, orders and rate: leave them out.",
            Exit.USAGE,
        )
    job = jobs.find(job_id)
    plan = job.plan
    if plan.consumer != consumer.name:
        raise Trouble(f"Job {job_id} is for {plan.consumer}, not for {name}.", Exit.REFUSED)
    if plan.stage != options.stage:
        raise Trouble(
            f"Job {job_id} is of stage {plan.stage}, not of {options.stage}: name it with --stage.",
            Exit.REFUSED,
        )
    unheard = set(plan.types) - set(consumer.hears)
    if unheard:
        raise Trouble(
            f"Job {job_id} is about {', '.join(sorted(unheard))}, which {name} does not hear any"
            " more: start a new one.",
            Exit.REFUSED,
        )
    if job.ended and job.ended.how == "done":
        _told(options, job, f"Job {job_id} is done already: nothing is left to send.")
        return Exit.DONE
    cloud = connect(options)
    if cloud.began and plan.made < cloud.began:
        raise Trouble(
            f"Job {job_id} is of an earlier local run, whose log is gone: start a new one.",
            Exit.REFUSED,
        )
    if job.torn:
        options.err.print("The job's last line was written in part: what it told of is sent again.")
    if dry_run:
        say_rest(options, job)
        return Exit.DONE
    consent(options, f"This sends {many(job.left, 'event')} more to {name}.", yes=yes)
    return _go(options, cloud, job, consumer, wait, clock, pace)


def _go(
    options: Options,
    cloud: Cloud,
    job: Job,
    consumer: Consumer,
    wait: float | None,
    clock: Clock,
    pace: Callable[[float], Pace],
) -> Exit:
    sender = cloud.sender(consumer)
    options.err.print(f"job {job.plan.job}  ({job.path})")
    try:
        with progress(options, job) as tell:
            work(job, cloud.pages(), sender, pace(job.plan.rate), clock, tell)
    except KeyboardInterrupt:
        options.err.print(f"{_so_far(job)}. Go on with: {again(job.plan)}")
        raise
    except Exception as error:
        known = isinstance(error, (Undelivered, Undecodable))
        trouble = Trouble(f"{error}.") if known else explain(error, cloud.stage)
        if trouble is None or trouble.code is Exit.REFUSED:
            raise
        raise Trouble(f"{trouble} {_so_far(job)}. Go on with: {again(job.plan)}") from error
    sent, expected = job.sent.events if job.sent else 0, job.plan.census.events
    odd = f" ({expected:,} were counted before: the log grew)" if sent != expected else ""
    report = (
        f"Sent {many(sent, 'event')} to {consumer.name}{odd}. {what_follows(job.plan, consumer)}"
    )
    _told(options, job, report)
    if wait is None:
        return Exit.DONE
    return until_drained(options, sender, wait)


def _orders(cloud: Cloud, typed: tuple[str, ...]) -> tuple[str, ...]:
    """Return whole ids of orders that there are, each once."""
    found = sorted({find_order(cloud, order.upper()) for order in typed})
    for order in found:
        if not len(cloud.log().read(order)):
            raise no_such_order(order)
    return tuple(found)


def _counted(cloud: Cloud, selection: Selection, rate: float) -> Census:
    try:
        return take(cloud.pages(), selection, most=batch_size(rate))
    except Undecodable as error:
        raise Trouble(
            f"The log has an event that this version of fanfare cannot read: {error}. Bring your"
            " checkout up to date. Nothing was sent."
        ) from error


def _told(options: Options, job: Job, sentence: str) -> None:
    if options.json:
        known = {"job": job.plan.job, "state": "done", "sent": job.sent.events if job.sent else 0}
        options.print_json(known | {"types": job.sent.types if job.sent else {}})
    else:
        options.out.print(sentence)


def _so_far(job: Job) -> str:
    return f"{job.sent.events if job.sent else 0:,} of {many(job.plan.census.events, 'event')} sent"
