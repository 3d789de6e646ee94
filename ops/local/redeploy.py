"""`fanfare deploy`: to the local cloud of a `fanfare run` in another terminal, or to an account."""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from ops.actions.deploy import deploy_to_account, report
from ops.cli.errors import CommandError, ExitCode
from ops.cli.options import LOCAL, Options
from ops.local import deploy, scratch
from ops.local.children import Children
from ops.local.older_code import hint, older_code
from ops.local.signals import Stopped, stoppable
from ops.stage import cdk, connection, local_run, templates
from ops.stage.connection import Connection

LOG = "redeploy.log"


def deploy_services(
    connection: Connection,
    options: Options,
    services: Sequence[str],
    context: Mapping[str, str],
    *,
    yes: bool,
) -> ExitCode:
    """Deploy the stacks of services, or all, and print what the rows allow then.

    Raises:
        CommandError: the deployment failed.
    """
    before = connection.log_groups()
    if options.stage != LOCAL:
        deploy_to_account(options, services, context, yes=yes)
        return report(connection, options, services, before)
    older = redeploy(connection, options, services, context)
    done = report(connection, options, services, before)
    if older:
        options.err.print(hint(older))
    return done


def redeploy(
    here: Connection, options: Options, services: Sequence[str], context: Mapping[str, str]
) -> list[str]:
    """Deploy the stacks of services, or all, to a local cloud; return the services left behind.

    Raises:
        CommandError: the deployment failed; the end of its log is printed.
        SystemExit: a signal ended it.
    """
    stacks = cdk.stacks_of(here.stage, services) or cdk.ALL
    what = ", ".join(services) or "all stacks"
    port = urlsplit(str(here.endpoint)).port or local_run.DEFAULT_PORT
    log = local_run.folder(port) / LOG
    began = time.monotonic()
    try:
        with (
            stoppable() as signals,
            tempfile.TemporaryDirectory(prefix="fanfare-", dir=scratch.base()) as work,
            Children(signals) as children,
            _progress(options, f"deploy {what}") as progress,
        ):
            environ = connection.local_environment(port, os.environ) | {"TMPDIR": work}
            child = deploy.start(children, environ, Path(work), log, context=context, stacks=stacks)
            try:
                deploy.until_done(child, progress)
            except CommandError:
                for line in child.tail():
                    options.err.print(f"  {line}", style="red")
                raise
            urls = deploy.urls(Path(work), port)
            older = older_code(here, templates.read(Path(work) / deploy.ASSEMBLY))
    except Stopped as stopped:
        sys.exit(stopped.code)
    options.err.print(f"Deployed {what} in {time.monotonic() - began:.1f} s.")
    for name, url in urls.items():
        options.err.print(f"{name} answers at {url}", soft_wrap=True)
    return older


@contextmanager
def _progress(options: Options, title: str) -> Iterator[Callable[[str], None]]:
    """Show the progress on a terminal."""
    if not options.err.is_terminal:
        yield lambda _: None
        return
    with options.err.status(title) as status:
        yield lambda text: status.update(f"{title}: {text}")
