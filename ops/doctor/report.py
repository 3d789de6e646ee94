"""`fanfare doctor`: what was found, in 80 columns, and an exit code that says the worst of it."""

from collections.abc import Iterator, Sequence
from textwrap import wrap

import msgspec

from ops.cli.errors import ExitCode
from ops.cli.formats import many
from ops.cli.options import Options
from ops.doctor.examine import Found, examine
from ops.doctor.finding import Verdict

WIDTH = 80
LABEL = 16
NAME = 13
STYLES = {
    Verdict.OK: "green",
    Verdict.WARNING: "yellow",
    Verdict.WRONG: "bold red",
    Verdict.UNSEEN: "yellow",
    Verdict.UNASKED: "dim",
}


def show(options: Options, *, context: Sequence[str]) -> ExitCode:
    """Print each finding as it comes; 5 if something is wrong, 1 if something stayed unseen."""
    seen: list[Verdict] = []
    for name, finding in examine(options, context):
        seen.append(finding.verdict)
        if options.json:
            options.print_json({"check": name, **msgspec.to_builtins(finding)})
            continue
        for line in lines((name, finding)):
            options.out.print(line, style=None if line.startswith(" ") else STYLES[finding.verdict])
    if not options.json:
        options.out.print(f"\n{told(options.stage, seen)}")
    return verdict(seen)


def verdict(seen: Sequence[Verdict]) -> ExitCode:
    """Return how the command ends."""
    if Verdict.WRONG in seen:
        return ExitCode.FOUND
    return ExitCode.FAILED if Verdict.UNSEEN in seen else ExitCode.DONE


def lines(found: Found) -> Iterator[str]:
    """Yield a finding in 80 columns, and below it what to do, to be copied as it is."""
    name, finding = found
    margin = " " * (LABEL + NAME)
    text = wrap(finding.said, WIDTH - len(margin), break_on_hyphens=False, break_long_words=False)
    yield f"{finding.verdict:<{LABEL}}{name:<{NAME}}{text[0]}"
    yield from (f"{margin}{line}" for line in text[1:])
    for command in finding.todo:
        yield from _command(command)


def told(stage: str, seen: Sequence[Verdict]) -> str:
    """Return the sum of it, and what comes next."""
    wrong, unseen = seen.count(Verdict.WRONG), seen.count(Verdict.UNSEEN)
    if wrong:
        return f"{many(wrong, 'thing')} to put right before stage {stage} is deployed."
    if unseen:
        return f"Nothing is wrong with stage {stage} as far as could be seen."
    if Verdict.WARNING in seen:
        return f"Nothing keeps stage {stage} from being deployed; see the warnings first."
    return f"Nothing keeps stage {stage} from being deployed."


def _command(command: str) -> Iterator[str]:
    r"""Yield a command, broken where a shell takes it: `\` at the end of a line."""
    broken = wrap(
        command,
        WIDTH - 6,
        initial_indent=" " * 4,
        subsequent_indent=" " * 6,
        break_on_hyphens=False,
        break_long_words=False,
    )
    yield from (f"{line} \\" for line in broken[:-1])
    yield broken[-1]
