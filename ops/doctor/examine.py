"""All checks, one after the other: what the machine lacks first, then what the account does."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from functions.framework.ports import Clock
from functions.runtime.clock import utc_now
from ops.cli.errors import CommandError
from ops.cli.options import LOCAL, Options
from ops.doctor import (
    alarms,
    bootstrap,
    clock,
    concurrency,
    credentials,
    issuer,
    leftovers,
    mail,
    secrets,
    stacks,
    templates,
    tools,
)
from ops.doctor.case import Case, Check
from ops.doctor.finding import Finding, unasked, unseen, wrong
from ops.stage.aws_errors import denied, explain, passing
from ops.stage.connection import connect
from ops.stage.templates import Blueprint, synthesize

CHECKS: tuple[Check, ...] = (
    credentials.CHECK,
    clock.CHECK,
    bootstrap.CHECK,
    stacks.CHECK,
    leftovers.CHECK,
    concurrency.CHECK,
    mail.CHECK,
    secrets.CHECK,
    alarms.CHECK,
)
"""What is looked at in the account; the first two at who the credentials are."""

type Found = tuple[str, Finding]


def examine(
    options: Options, context: Sequence[str] = (), *, now: Clock = utc_now
) -> Iterator[Found]:
    """Yield each finding with the name of its check, as soon as it is there."""
    yield "tools", tools.look()
    with TemporaryDirectory(prefix="fanfare-") as folder:
        try:
            blueprint = synthesize(options.stage, Path(folder), context)
        except CommandError as trouble:
            yield "templates", wrong(str(trouble), f"make synth STAGE={options.stage}")
            return
        yield "templates", templates.look(blueprint)
    yield "issuer", issuer.look(blueprint, options.stage, context)
    yield from account(options, blueprint, context, now=now)


def account(
    options: Options, blueprint: Blueprint, context: Sequence[str] = (), *, now: Clock = utc_now
) -> Iterator[Found]:
    """Yield what there is to say of the account, or of the local cloud as far as it goes."""
    try:
        client = connect(options).client
        identity = credentials.identify(client, now)
    except CommandError as trouble:
        yield from ((check.name, unasked(check.local or str(trouble))) for check in CHECKS)
        return
    except Exception as error:
        said = explain(error, options.stage)
        if said is None:
            raise
        yield from _nobody(options, error, str(said), now)
        return
    case = Case(
        options=options, blueprint=blueprint, client=client, identity=identity, context=context
    )
    for check in CHECKS:
        for finding in _look(check, case):
            yield check.name, finding


def _look(check: Check, case: Case) -> Sequence[Finding]:
    """Return what a check found; that it could not look is a finding, too.

    Raises:
        Exception: it is a mistake of ours, and no refusal of AWS's.
    """
    if case.stage == LOCAL and check.local:
        return [unasked(check.local)]
    try:
        return check.look(case)
    except Exception as error:
        trouble = explain(error, case.stage)
        if trouble is None:
            raise
        if denied(error):
            return [unseen(f"These credentials lack {' or '.join(check.asks)}.")]
        return [unseen(str(trouble))]


def _nobody(options: Options, error: Exception, said: str, now: Clock) -> Iterator[Found]:
    """Yield that the credentials do not work, or were not tried, and whether the clock is why."""
    remedy = credentials.remedy(error, options.profile)
    yield credentials.CHECK.name, unseen(said) if passing(error) else wrong(said, remedy)
    there = credentials.date_of(getattr(error, "response", None) or {})
    rest = CHECKS[1:]
    if there is not None:
        yield clock.CHECK.name, clock.compared(now(), there)
        rest = CHECKS[2:]
    for check in rest:
        yield check.name, unseen("It takes credentials that work.")
