"""Work of `fanfare new`: draft, write, `make contracts`, and the steps that follow."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from ops.cli.errors import CommandError, ExitCode
from ops.cli.formats import counted
from ops.cli.options import Options, stage_option
from ops.paths import ROOT
from ops.scaffold.checkout import CONTRACTS, SAMPLES, TESTS, Checkout
from ops.scaffold.draft import Draft
from ops.scaffold.drafts import draft_consumer, draft_event
from ops.scaffold.refusals import check_service, published_types
from ops.scaffold.request import NewConsumer, NewEvent

DEFAULT_EVENT = "OrderConfirmed"

type Contracts = Callable[[Path], tuple[int, str]]
"""Runs `make contracts` in a checkout; returns its exit code and its output."""


def make_contracts(root: Path) -> tuple[int, str]:
    """Run `make contracts` on the code of a checkout, in a process that imports it anew."""
    done = subprocess.run(
        [sys.executable, "-m", "ops.contracts"],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout.replace(f"{root}/", "").strip()


def new_consumer(
    options: Options,
    name: str,
    *,
    on: Sequence[str] = (),
    table: bool = False,
    outside: bool = False,
    ordered: bool = False,
    states: str | None = None,
    dry_run: bool = False,
    root: Path = ROOT,
    contracts: Contracts = make_contracts,
) -> ExitCode:
    """Write a new consumer, and print what was written and what to do next."""
    tree = Checkout(root)
    tree.check()
    consumer = NewConsumer(
        name=name,
        on=published_types(on or [DEFAULT_EVENT]),
        table=table,
        outside=outside,
        ordered=ordered,
        states=states,
    )
    draft = draft_consumer(tree, consumer)
    stage = stage_option(options.stage)
    following = seal_later(consumer.fact) if consumer.fact else []
    following += [f"make test ARGS={TESTS}/{name}", "make lint", f"fanfare deploy {name}{stage}"]
    following += [f"fanfare replay {name}{stage}"] * consumer.replayable
    run = None if consumer.fact else contracts
    return _carry_out(options, tree, draft, following, run, dry_run=dry_run)


def new_event(
    options: Options,
    name: str,
    *,
    service: str,
    dry_run: bool = False,
    root: Path = ROOT,
) -> ExitCode:
    """Write a new event type, and print what was written and what to do next."""
    tree = Checkout(root)
    tree.check()
    check_service(tree, service)
    event = NewEvent(name=name, service=service)
    following = [
        *seal_later(event),
        f"return {name}(…) from a reaction in functions/{service}/",
        f"add {name} to its `states` in functions/{service}/service.py",
        f"make test ARGS={TESTS}/{service}",
    ]
    return _carry_out(options, tree, draft_event(tree, event), following, dry_run=dry_run)


def seal_later(event: NewEvent) -> list[str]:
    """Return the steps that make an event type final: its field is only an example so far."""
    where = f"{CONTRACTS}/{event.service}.py and {SAMPLES}/{event.name}.1.json"
    return [
        f"replace the example field in {where}; after `make contracts` it stays",
        "make contracts",
    ]


def _carry_out(
    options: Options,
    tree: Checkout,
    draft: Draft,
    following: Iterable[str],
    contracts: Contracts | None = None,
    *,
    dry_run: bool,
) -> ExitCode:
    """Write a draft unless it is a dry run; print its files and the steps that follow."""
    lines = draft.lines(tree)
    if not dry_run:
        draft.write(tree)
    _print_files(options, draft, lines)
    if dry_run:
        options.err.print("Nothing was written: this is a dry run.")
        return ExitCode.DONE
    if contracts:
        _run_contracts(options, tree, contracts)
    options.err.print("next")
    options.err.print("".join(f"  {line}\n" for line in following), end="")
    options.err.print("`git status` lists all that was written and changed.")
    return ExitCode.DONE


def _run_contracts(options: Options, tree: Checkout, contracts: Contracts) -> None:
    code, output = contracts(tree.root)
    if code:
        raise CommandError(
            f"The files are written, but `make contracts` failed:\n{output}\nRepair that, and run"
            " `make contracts` again.",
            ExitCode(code) if code in set(ExitCode) else ExitCode.FAILED,
        )
    options.err.print("make contracts")
    options.err.print("".join(f"  {line}\n" for line in output.splitlines()), end="")


def _print_files(options: Options, draft: Draft, lines: dict[str, int]) -> None:
    if options.json:
        for path, count in lines.items():
            options.print_json({"file": path, "new": path in draft.new, "lines": count})
        return
    width = max(map(len, lines))
    for path, count in lines.items():
        what = "new" if path in draft.new else "changed"
        more = "" if path in draft.new else "+"
        options.out.print(f"{what:<8} {path:<{width}}  {more}{counted(count, 'line')}")
