"""`make release`: record the stateful resources of each stage, as the reference for later updates.

It refuses while an update from the last release would lose something, unless the loss is named:
`--lose <stack>` or `--lose <stack>/<logical id>`. It also refuses a name of anything else.
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
from infra.release.record import DEPLOYED, read, write
from infra.release.stateful import stateful_resources
from infra.stage import Stage

ROOT = Path(__file__).parents[2]
USAGE = 2
REFUSED = 4


def templates(stage: Stage) -> Mapping[str, Any]:
    """Return the templates of a stage, as the CDK's command line would synthesize them."""
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    with TemporaryDirectory() as out:
        app = App(outdir=out, context=context)
        build(app, stage)
        return {stack.stack_name: stack.template for stack in app.synth().stacks}


def main(arguments: Sequence[str]) -> int:
    """Write the records and return the exit code.

    0: written. 2: `--lose` names something that would not be lost. 4: a loss is not named.
    """
    parser = argparse.ArgumentParser(prog="python -m infra.release", description=__doc__)
    parser.add_argument("--lose", action="append", default=[], metavar="NAME")
    named = set(parser.parse_args(arguments).lose)
    now = [(stage, stateful_resources(templates(stage))) for stage in DEPLOYED]
    lost = [loss for stage, resources in now for loss in losses(read(stage), resources)]
    known = {name for loss in lost for name in (loss.stack, loss.resource)}
    if not named <= known:
        wrong = ", ".join(sorted(named - known))
        message = f"Nothing is released: {wrong} is not among the losses of this update:"
        print(message, *sorted(known or {"none"}), sep="\n  ", file=sys.stderr)
        return USAGE
    unnamed = [loss for loss in lost if not {loss.stack, loss.resource} & named]
    for loss in lost:
        print(loss, file=sys.stderr)
    if unnamed:
        print(
            "Nothing is released. Undo the changes that lose something, or confirm each loss:"
            f" make release ARGS='--lose {unnamed[0].resource}'",
            file=sys.stderr,
        )
        return REFUSED
    for stage, resources in now:
        write(stage, resources)
        print(f"{stage.name}: recorded {len(resources)} resources that updates must keep")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
