"""`fanfare run`: start the whole system on this machine, show its events, and remove it."""

import os
import shlex
import tempfile
import time
from pathlib import Path

from functions.map import API
from ops.actions import seed
from ops.cli.errors import CommandError, ExitCode
from ops.cli.options import LOCAL, Options
from ops.local import deploy, ministack, scratch
from ops.local.children import Child, Children
from ops.local.demo import Demo
from ops.local.live_code import LiveCode
from ops.local.signals import Signals, Stopped, stoppable
from ops.local.sources import Sources
from ops.local.summary import show_summary
from ops.local.view import View
from ops.logs.filter import Filter
from ops.logs.watch import Watch, watch
from ops.paths import ROOT, SAMPLE
from ops.stage import connection, local_run
from ops.stage.connection import Connection
from ops.stage.event_sources import set_enabled
from ops.stage.local_run import LocalRun


def run(
    options: Options, *, port: int, keep: bool, only: Filter, watch_sources: bool = False
) -> int:
    """Start everything, place three orders, show the events, and remove everything at the end.

    With `watch_sources`, changed code is put live meanwhile.
    """
    if options.stage != LOCAL:
        raise CommandError(
            f"`fanfare run` is for stage {LOCAL}, not {options.stage}: leave out --stage, or unset"
            " FANFARE_STAGE.",
            ExitCode.USAGE,
        )
    ministack.check(port)
    with stoppable() as signals:
        try:
            sources = Sources() if watch_sources else None
            return _run(
                options, signals, port=port, keep=keep or watch_sources, only=only, sources=sources
            )
        except Stopped as stopped:
            return stopped.code


def _run(
    options: Options,
    signals: Signals,
    *,
    port: int,
    keep: bool,
    only: Filter,
    sources: Sources | None,
) -> int:
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
        local, here = _start(view, children, port=port, work=Path(work), logs=logs)
        urls = deploy.urls(Path(work), port)
        api = urls.pop(API.name)
        local_run.register(LocalRun(port=port, pid=me.pid, began=me.began, api=api))
        view.info("api", api)
        for name, url in urls.items():
            view.info(name, url)
        view.info("log", str(Path(log.name).relative_to(ROOT)))
        view.info("ready", f"in {time.time() - me.began:.1f} s")
        view.text()
        watching = watch(here, since=time.time())
        demo = Demo(
            here.log(), api, view, watching, lambda consumer, on: set_enabled(here, consumer, on=on)
        )
        well = demo.run()
        well = show_summary(here, view, demo.orders) and well
        if keep or view.terminal:
            view.text(_how_to(api, view.short(demo.orders[0])))
            view.text()
            code = LiveCode(here, sources, view) if sources else None
            _live(view, watching, local, code)
        else:
            view.text("It ends here, as always without a terminal: --keep goes on.")
        return ExitCode.DONE if well else ExitCode.FAILED


def _start(
    view: View, children: Children, *, port: int, work: Path, logs: Path
) -> tuple[Child, Connection]:
    """Start the local cloud, deploy to it and seed it; synthesis runs meanwhile."""
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
        step.text = f"{deploy.stacks(work)} {step.text}"
    with view.step("seed", "products") as step:
        step.text = seed.summary(seed.fill(here))
    return local, here


def _live(view: View, watching: Watch, local: Child, code: LiveCode | None) -> None:
    """Show events until a signal comes, and put changed code live."""
    with view.footer() as changed:
        while local.ended() is None:
            view.records(watching.poll(time.time()))
            changed()
            if code:
                code.poll()
            time.sleep(watching.timing.every)
    raise CommandError(
        f"The local cloud ended with exit code {local.ended()}; its log is {local.log}."
        " Start again: `make run`."
    )


def _how_to(api: str, order: str) -> str:
    body = shlex.quote(f"@{SAMPLE}")
    return (
        "\nPlace an order, and show one:\n"
        f"  curl -s -H 'content-type: application/json' -d {body} {api}/checkout\n"
        f"  .venv/bin/fanfare order {order}\n"
        f"  .venv/bin/fanfare mail {order}"
    )
