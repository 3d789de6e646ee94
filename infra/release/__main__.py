"""`make release`: notes what each stage keeps, for later updates to be held to.

It refuses while the update from the last release would lose something, unless what is lost is
named: `--lose <stack>` or `--lose <stack>/<logical id>`. It refuses any other name, too.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from aws_cdk import App

from infra.app import build
from infra.release.losses import losses
from infra.release.record import IN_ACCOUNTS, read, write
from infra.release.stateful import kept
from infra.stage import Stage

ROOT = Path(__file__).parents[2]
USAGE = 2
REFUSED = 4


def templates(stage: Stage) -> Mapping[str, Any]:
    """Return the templates of a stage, as the CDK's command line would make them."""
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    with TemporaryDirectory() as out:
        app = App(outdir=out, context=context)
        build(app, stage)
        return {stack.stack_name: stack.template for stack in app.synth().stacks}


def main(arguments: Sequence[str]) -> int:
    """Return 0 once all is noted.

    It is 4 if something would be lost that was not named, and 2 if something was named that would
    not be lost.
    """
    parser = argparse.ArgumentParser(prog="python -m infra.release", description=__doc__)
    parser.add_argument("--lose", action="append", default=[], metavar="NAME")
    named = set(parser.parse_args(arguments).lose)
    now = [(stage, kept(templates(stage))) for stage in IN_ACCOUNTS]
    lost = [loss for stage, keeps in now for loss in losses(read(stage), keeps)]
    known = {name for loss in lost for name in (loss.stack, loss.resource)}
    if not named <= known:
        wrong = ", ".join(sorted(named - known))
        said = f"Nothing is released: {wrong} is not among what would be lost:"
        print(said, *sorted(known or {"nothing"}), sep="\n  ", file=sys.stderr)
        return USAGE
    unnamed = [loss for loss in lost if not {loss.stack, loss.resource} & named]
    for loss in lost:
        print(loss, file=sys.stderr)
    if unnamed:
        print(
            "Nothing is released. Undo what would be lost; or, if it is meant to be, say so:"
            f" make release ARGS='--lose {unnamed[0].resource}'",
            file=sys.stderr,
        )
        return REFUSED
    for stage, keeps in now:
        write(stage, keeps)
        print(f"{stage.name}: {len(keeps)} resources must outlive the next update")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
