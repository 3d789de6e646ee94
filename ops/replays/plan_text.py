"""A plan in words: what would be sent, what it costs, and the commands that go with it."""

from datetime import datetime

from ops.cli.formats import counted, elapsed
from ops.cli.options import Options, stage_option
from ops.replays.job import Job, Plan
from ops.replays.target import Target
from ops.stage.prices import format_price


def sentence(plan: Plan, target: Target) -> str:
    """Return how much would be sent from where to where."""
    census = plan.census
    return (
        f"Would send {counted(census.events, 'event')} of {counted(census.orders, 'order')}"
        f"  log → {target.place(plan.stage)}"
    )


def say(options: Options, plan: Plan, target: Target) -> None:
    """Say what would be sent, and how to send exactly that."""
    census = plan.census
    seconds, dollars = census.events / plan.rate, census.dollars(target.request)
    if options.json:
        options.print_json(
            {
                "would_send": census,
                "consumer": plan.consumer,
                "since": plan.since,
                "until": plan.until,
                "rate": plan.rate,
                "seconds": seconds,
                "dollars": dollars,
                "command": command(plan, target),
            }
        )
        return
    out = options.out.print
    out(sentence(plan, target))
    since = f"from {_time(plan.since)} " if plan.since else ""
    out(f"  {since}until {_time(plan.until)} (exclusive)")
    for name, number in census.types.items():
        out(f"  {number:>9,}  {name}")
    if census.oldest and census.newest:
        out(f"  oldest   {_time(census.oldest.time)}  {census.oldest.id}")
        out(f"  newest   {_time(census.newest.time)}  {census.newest.id}")
        for example in census.examples:
            out(f"  such as  {example}")
        billed, others = target.billed
        costs = f"{format_price(dollars)} of {billed}"
        out(f"  at {plan.rate:g}/s it takes {elapsed(seconds * 1000)}, and {costs} and")
        out(f"  DynamoDB (list price, us-east-1), besides what {others}")
        for line in target.warning():
            out(line)
        out("Exactly these:")
        out(f"  {command(plan, target)}")
    out("Nothing was changed.")


def say_rest(options: Options, job: Job) -> None:
    """Say how much of a job is left, and how to send it."""
    plan, left = job.plan, job.left
    seconds = left / plan.rate
    if options.json:
        known = {"job": plan.job, "left": left, "of": plan.census.events, "rate": plan.rate}
        options.print_json(known | {"seconds": seconds, "command": again(plan)})
        return
    out = options.out.print
    out(f"Would send {left:,} of {counted(plan.census.events, 'event')} to {plan.to}: the rest")
    out(f"  at {plan.rate:g}/s it takes {elapsed(seconds * 1000)}")
    out(f"Exactly these: {again(plan)}")
    out("Nothing was changed.")


def _time(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def again(plan: Plan) -> str:
    """Return the command that goes on with a job."""
    return f"{plan.command} --resume {plan.job}{stage_option(plan.stage)}"


def command(plan: Plan, target: Target) -> str:
    """Return the command that sends what was counted, and nothing that came later."""
    words = [plan.command]
    words += [f"--since {_exact(plan.since)}"] if plan.since else []
    words += [f"--until {_exact(plan.until)}"]
    if plan.types != target.unless_told:
        words += [f"--type {name}" for name in plan.types]
    words += [f"--order {order}" for order in plan.orders]
    return " ".join(words) + f" --rate {plan.rate:g}{stage_option(plan.stage)}"


def _exact(time: datetime) -> str:
    return time.isoformat().replace("+00:00", "Z")
