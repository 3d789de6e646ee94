"""Text of a plan: the events it would send, the costs, and the commands."""

from datetime import datetime

from ops.cli.formats import counted, elapsed
from ops.cli.options import Options, stage_option
from ops.replays.job import Job, Plan
from ops.replays.target import Target
from ops.stage.prices import format_price


def summary(plan: Plan, target: Target) -> str:
    """Return the number of events that would be sent, and the target."""
    estimate = plan.estimate
    return (
        f"Would send {counted(estimate.events, 'event')} of {counted(estimate.orders, 'order')}"
        f"  log → {target.describe(plan.stage)}"
    )


def print_plan(options: Options, plan: Plan, target: Target) -> None:
    """Print the events that would be sent, and the command that sends exactly these."""
    estimate = plan.estimate
    seconds, dollars = estimate.events / plan.rate, estimate.dollars(target.request_price)
    if options.json:
        options.print_json(
            {
                "would_send": estimate,
                "consumer": plan.consumer,
                "since": plan.since,
                "until": plan.until,
                "rate": plan.rate,
                "seconds": seconds,
                "dollars": dollars,
                "command": plan_command(plan, target),
            }
        )
        return
    out = options.out.print
    out(summary(plan, target))
    since = f"from {_time(plan.since)} " if plan.since else ""
    out(f"  {since}until {_time(plan.until)} (exclusive)")
    for name, number in estimate.types.items():
        out(f"  {number:>9,}  {name}")
    if estimate.oldest and estimate.newest:
        out(f"  oldest   {_time(estimate.oldest.time)}  {estimate.oldest.id}")
        out(f"  newest   {_time(estimate.newest.time)}  {estimate.newest.id}")
        for example in estimate.examples:
            out(f"  example  {example}")
        service, receivers = target.billed
        costs = f"{format_price(dollars)} of {service}"
        out(f"  at {plan.rate:g}/s it takes {elapsed(seconds * 1000)}, and {costs} and")
        out(f"  DynamoDB (list price, us-east-1), without the costs of {receivers}")
        for line in target.warning():
            out(line)
        out("Send exactly these:")
        out(f"  {plan_command(plan, target)}")
    out("Nothing was changed.")


def print_remaining(options: Options, job: Job) -> None:
    """Print the remaining events of a job, and the command that sends them."""
    plan, left = job.plan, job.left
    seconds = left / plan.rate
    if options.json:
        known = {"job": plan.job, "left": left, "of": plan.estimate.events, "rate": plan.rate}
        options.print_json(known | {"seconds": seconds, "command": resume_command(plan)})
        return
    out = options.out.print
    out(f"Would send {left:,} of {counted(plan.estimate.events, 'event')} to {plan.to}: the rest")
    out(f"  at {plan.rate:g}/s it takes {elapsed(seconds * 1000)}")
    out(f"Send exactly these: {resume_command(plan)}")
    out("Nothing was changed.")


def _time(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def resume_command(plan: Plan) -> str:
    """Return the command that resumes a job."""
    return f"{plan.command} --resume {plan.job}{stage_option(plan.stage)}"


def plan_command(plan: Plan, target: Target) -> str:
    """Return the command that sends exactly the estimated events, and no later ones."""
    parts = [plan.command]
    parts += [f"--since {_exact(plan.since)}"] if plan.since else []
    parts += [f"--until {_exact(plan.until)}"]
    if plan.types != target.default_types:
        parts += [f"--type {name}" for name in plan.types]
    parts += [f"--order {order}" for order in plan.orders]
    return " ".join(parts) + f" --rate {plan.rate:g}{stage_option(plan.stage)}"


def _exact(time: datetime) -> str:
    return time.isoformat().replace("+00:00", "Z")
