"""`fanfare run`: the whole system here, from nothing to live events and back to nothing."""

import os
import shlex
import tempfile
import time
from pathlib import Path

from ops.actions import seed
from ops.cli.errors import CommandError, ExitCode
from ops.cli.options import LOCAL, Options
from ops.local import deploy, ministack, scratch
from ops.local.children import Child, Children
from ops.local.demo import Journeys
from ops.local.signals import Signals, Stopped, stoppable
from ops.local.summary import close
from ops.local.view import View
from ops.logs.filter import Filter
from ops.logs.watch import Watch, watch
from ops.paths import ROOT, SAMPLE
from ops.stage import connection, local_run
from ops.stage.connection import Connection
from ops.stage.event_sources import set_enabled
from ops.stage.local_run import LocalRun


def run(options: Options, *, port: int, keep: bool, only: Filter) -> int:
    """Bring everything up, place three orders, show what happens, and leave nothing behind."""
    if options.stage != LOCAL:
        raise CommandError(
            f"`fanfare run` is the stage {LOCAL}, and {options.stage} was asked for: leave out"
            " --stage, or unset FANFARE_STAGE.",
            ExitCode.USAGE,
        )
    ministack.check(port)
    with stoppable() as signals:
        try:
            return _run(options, signals, port=port, keep=keep, only=only)
        except Stopped as stopped:
            return stopped.code


def _run(options: Options, signals: Signals, *, port: int, keep: bool, only: Filter) -> int:
    logs = local_run.folder(port)
    me = LocalRun(port=port, pid=os.getpid(), began=time.time())
    with signals.protected():
        temporary = tempfile.TemporaryDirectory(prefix="fanfare-", dir=scratch.base())
    with (
        temporary as work,
        (logs / "run.jsonl").open("w") as log,
        local_run.registered(me),
        Children(signals) as children,
    ):
        view = View(options, only, log)
        view.title(f"fanfare {LOCAL}")
        local, here = _bring_up(view, children, port=port, work=Path(work), logs=logs)
        api = deploy.api(Path(work), port)
        local_run.register(LocalRun(port=port, pid=me.pid, began=me.began, api=api))
        view.fact("api", api)
        view.fact("log", str(Path(log.name).relative_to(ROOT)))
        view.fact("ready", f"in {time.time() - me.began:.1f} s")
        view.text()
        watching = watch(here, since=time.time())
        journeys = Journeys(
            here.log(), api, view, watching, lambda consumer, on: set_enabled(here, consumer, on=on)
        )
        well = journeys.travel()
        well = close(here, view, journeys.orders) and well
        if keep or view.terminal:
            view.text(_how_to(api, view.short(journeys.orders[0])))
            view.text()
            _live(view, watching, local)
        return ExitCode.DONE if well else ExitCode.FAILED


def _bring_up(
    view: View, children: Children, *, port: int, work: Path, logs: Path
) -> tuple[Child, Connection]:
    """Start the local cloud, deploy to it and seed it; the stacks are synthesized meanwhile."""
    environ = connection.local_environment(port, os.environ) | {"TMPDIR": str(work)}
    with view.step("cloud", f"ministack 127.0.0.1:{port}") as step:
        local = step.child = ministack.start(children, port, environ, work, logs / "cloud.log")
        deploying = deploy.start(children, environ, work, logs / "deploy.log")
        ministack.until_ready(local, port)
        here = connection.local(port)
        deploy.make_bucket(here)
        deploy.verify_sender(here)
    with view.step("deploy", "stacks (same templates as AWS)") as step:
        step.child = deploying
        deploy.until_done(deploying, step.progress)
        step.what = f"{deploy.stacks(work)} {step.what}"
    with view.step("seed", "products") as step:
        step.what = seed.summary(seed.fill(here))
    return local, here


def _live(view: View, watching: Watch, local: Child) -> None:
    """Show what happens until a signal comes."""
    with view.footer() as changed:
        while local.ended() is None:
            view.records(watching.poll(time.time()))
            changed()
            time.sleep(watching.pace.every)
    raise CommandError(
        f"The local cloud ended with exit code {local.ended()}; its log is {local.log}."
        " Start again: `make run`."
    )


def _how_to(api: str, order: str) -> str:
    body = shlex.quote(f"@{SAMPLE}")
    return (
        "\nPlace an order, and look at one:\n"
        f"  curl -s -H 'content-type: application/json' -d {body} {api}/checkout\n"
        f"  .venv/bin/fanfare order {order}\n"
        f"  .venv/bin/fanfare mail {order}"
    )
