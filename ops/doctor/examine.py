"""Run of all checks in order: this machine first, then the account."""

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
from ops.doctor.check import Check, Environment
from ops.doctor.finding import Finding, skipped, unknown, wrong
from ops.stage.aws_errors import denied, explain, transient
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
"""The checks of the account; the first two are about the credentials."""

type NamedFinding = tuple[str, Finding]


def examine(
    options: Options, context: Sequence[str] = (), *, now: Clock = utc_now
) -> Iterator[NamedFinding]:
    """Yield each finding with the name of its check, as soon as the check ends."""
    yield "tools", tools.check()
    with TemporaryDirectory(prefix="fanfare-") as folder:
        try:
            blueprint = synthesize(options.stage, Path(folder), context)
        except CommandError as error:
            yield "templates", wrong(str(error), f"make synth STAGE={options.stage}")
            return
        yield "templates", templates.check(blueprint)
    yield "issuer", issuer.check(blueprint, options.stage, context)
    yield from account(options, blueprint, context, now=now)


def account(
    options: Options, blueprint: Blueprint, context: Sequence[str] = (), *, now: Clock = utc_now
) -> Iterator[NamedFinding]:
    """Yield the findings about the account; of the local cloud, those that apply to it."""
    try:
        client = connect(options).client
        identity = credentials.identify(client, now)
    except CommandError as error:
        yield from ((check.name, skipped(check.skipped_locally or str(error))) for check in CHECKS)
        return
    except Exception as error:
        explained = explain(error, options.stage)
        if explained is None:
            raise
        yield from _without_credentials(options, error, str(explained), now)
        return
    env = Environment(
        options=options, blueprint=blueprint, client=client, identity=identity, context=context
    )
    for check in CHECKS:
        for finding in _run(check, env):
            yield check.name, finding


def _run(check: Check, env: Environment) -> Sequence[Finding]:
    """Return the findings of a check; an error of AWS becomes a finding, too.

    Raises:
        Exception: the check has a bug; the error is none of AWS's.
    """
    if env.stage == LOCAL and check.skipped_locally:
        return [skipped(check.skipped_locally)]
    try:
        return check.run(env)
    except Exception as error:
        explained = explain(error, env.stage)
        if explained is None:
            raise
        if denied(error):
            return [unknown(f"These credentials lack {' or '.join(check.permissions)}.")]
        return [unknown(str(explained))]


def _without_credentials(
    options: Options, error: Exception, message: str, now: Clock
) -> Iterator[NamedFinding]:
    """Yield the findings when AWS did not accept the credentials, or could not be called.

    The clock is still compared, as a wrong clock may be the reason.
    """
    remedy = credentials.remedy(error, options.profile)
    yield credentials.CHECK.name, unknown(message) if transient(error) else wrong(message, remedy)
    there = credentials.date_of(getattr(error, "response", None) or {})
    rest = CHECKS[1:]
    if there is not None:
        yield clock.CHECK.name, clock.compare(now(), there)
        rest = CHECKS[2:]
    for check in rest:
        yield check.name, unknown("This check needs credentials that work.")
