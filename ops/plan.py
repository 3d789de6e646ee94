"""A plan in words: what would be sent, what it costs, and the commands that go with it."""

from functions import names
from functions.runtime.service import Consumer
from ops.explain import at
from ops.job import Plan
from ops.options import Options
from ops.words import many, took


def sentence(plan: Plan, consumer: Consumer) -> str:
    """Return how much would be sent from where to where."""
    queue = names.queue(plan.stage, consumer.name, ordered=consumer.ordered)
    kind = "ordered" if consumer.ordered else "parallel"
    census = plan.census
    return (
        f"Would send {many(census.events, 'event')} of {many(census.orders, 'order')}"
        f"  log → {queue} ({kind})"
    )


def say(options: Options, plan: Plan, consumer: Consumer) -> None:
    """Say what would be sent, and how to send exactly that."""
    census = plan.census
    seconds, dollars = census.events / plan.rate, census.dollars(ordered=consumer.ordered)
    if options.json:
        options.print_json(
            {
                "would_send": census,
                "consumer": consumer.name,
                "since": plan.since,
                "until": plan.until,
                "rate": plan.rate,
                "seconds": seconds,
                "dollars": dollars,
                "command": command(plan, consumer),
            }
        )
        return
    out = options.out.print
    out(sentence(plan, consumer))
    since = f"from {plan.since.isoformat()} " if plan.since else ""
    out(f"  {since}until {plan.until.isoformat()}, which is not in it")
    for name, number in census.types.items():
        out(f"  {number:>9,}  {name}")
    if census.oldest and census.newest:
        out(f"  oldest  {census.oldest.time.isoformat()}  {census.oldest.id}")
        out(f"  newest  {census.newest.time.isoformat()}  {census.newest.id}")
        out(f"  such as {', '.join(census.examples)}")
        out(
            f"  at {plan.rate:g}/s ≈ {took(seconds * 1000)}; about ${dollars:.4f} of SQS and"
            " DynamoDB (list price, us-east-1), and what the consumer does"
        )
        out(f"  exactly these: {command(plan, consumer)}")
    out("Nothing was changed.")


def again(plan: Plan) -> str:
    """Return the command that goes on with a job."""
    return f"fanfare replay {plan.consumer} --resume {plan.job}{at(plan.stage)}"


def what_follows(plan: Plan, consumer: Consumer) -> str:
    """Return what becomes of what was sent, and how to see it."""
    if consumer.projection:
        look = f"fanfare projection {consumer.name} --check{at(plan.stage)}"
        return f"It works them off now; then compare its rows with the log: {look}"
    look = f"fanfare tail --consumer {consumer.name}{at(plan.stage)}"
    return f"It works them off now, as you can see with: {look}"


def command(plan: Plan, consumer: Consumer) -> str:
    """Return the command that sends what was counted, and nothing that came later."""
    words = [f"fanfare replay {plan.consumer}"]
    words += [f"--since {plan.since.isoformat()}"] if plan.since else []
    words += [f"--until {plan.until.isoformat()}"]
    if plan.types != consumer.hears:
        words += [f"--type {name}" for name in plan.types]
    words += [f"--order {order}" for order in plan.orders]
    return " ".join(words) + f" --rate {plan.rate:g}{at(plan.stage)}"
