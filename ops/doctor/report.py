"""`fanfare doctor`: findings in 80 columns, and an exit code for the worst of them."""

from collections.abc import Iterator, Sequence
from textwrap import wrap

import msgspec

from ops.cli.errors import ExitCode
from ops.cli.formats import counted
from ops.cli.options import Options
from ops.doctor.examine import NamedFinding, examine
from ops.doctor.finding import Verdict

WIDTH = 80
LABEL = 16
NAME = 13
STYLES = {
    Verdict.OK: "green",
    Verdict.WARNING: "yellow",
    Verdict.WRONG: "bold red",
    Verdict.UNKNOWN: "yellow",
    Verdict.SKIPPED: "dim",
}


def show(options: Options, *, context: Sequence[str]) -> ExitCode:
    """Print each finding as soon as it is there, and return the exit code."""
    verdicts: list[Verdict] = []
    for name, finding in examine(options, context):
        verdicts.append(finding.verdict)
        if options.json:
            options.print_json({"check": name, **msgspec.to_builtins(finding)})
            continue
        for line in lines((name, finding)):
            options.out.print(line, style=None if line.startswith(" ") else STYLES[finding.verdict])
    if not options.json:
        options.out.print(f"\n{conclusion(options.stage, verdicts)}")
    return exit_code(verdicts)


def exit_code(verdicts: Sequence[Verdict]) -> ExitCode:
    """Return `FOUND` if something is wrong, `FAILED` if a check could not run, or else `DONE`."""
    if Verdict.WRONG in verdicts:
        return ExitCode.FOUND
    return ExitCode.FAILED if Verdict.UNKNOWN in verdicts else ExitCode.DONE


def lines(found: NamedFinding) -> Iterator[str]:
    """Yield a finding in 80 columns, and below it its commands, ready to be copied."""
    name, finding = found
    margin = " " * (LABEL + NAME)
    width = WIDTH - len(margin)
    text = wrap(finding.message, width, break_on_hyphens=False, break_long_words=False)
    yield f"{finding.verdict:<{LABEL}}{name:<{NAME}}{text[0]}"
    yield from (f"{margin}{line}" for line in text[1:])
    for command in finding.todo:
        yield from _command(command)


def conclusion(stage: str, verdicts: Sequence[Verdict]) -> str:
    """Return the last line: whether the stage can be deployed."""
    wrong, unknown = verdicts.count(Verdict.WRONG), verdicts.count(Verdict.UNKNOWN)
    if wrong:
        return f"{counted(wrong, 'thing')} to fix before stage {stage} is deployed."
    if unknown:
        return f"Nothing is wrong with stage {stage} as far as could be checked."
    if Verdict.WARNING in verdicts:
        return f"Nothing prevents a deployment of stage {stage}; see the warnings first."
    return f"Nothing prevents a deployment of stage {stage}."


def _command(command: str) -> Iterator[str]:
    r"""Yield a command, broken where a shell accepts it: `\` at the end of a line."""
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
