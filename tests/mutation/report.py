"""Says what became of the mutants: a table of modules, and what is not as it should be."""

from collections import Counter

from rich.console import Console
from rich.table import Table

from tests.mutation.verdict import LEAST, Verdict, score

CAUGHT = ("killed", "timeout")


def tell(verdict: Verdict) -> None:
    """Print the scores by module, then whatever keeps the verdict from being good."""
    console = Console(highlight=False, soft_wrap=True)
    console.print(_scores(verdict))
    for mutant, change in verdict.unknown:
        console.print(
            f"\n{mutant.name}: {mutant.status}\n  - {change.was}\n  + {change.now}", markup=False
        )
    for change in verdict.stale:
        console.print(f"\nListed, but does not survive: {change}", markup=False)
    for mutant in verdict.sick:
        console.print(f"\n{mutant.name} changes nothing: {mutant.status}", markup=False)
    console.print()
    if verdict.unknown:
        console.print(
            f"{len(verdict.unknown)} survivors without a reason: write the test that they miss, or"
            " list them in tests/mutation/survivors.toml"
        )
    if score(verdict.total) < LEAST:
        console.print(f"The score is under {LEAST:.0%}")


def _scores(verdict: Verdict) -> Table:
    table = Table("module", box=None)
    for heading in ("mutants", "caught", "by time", "no test", "score"):
        table.add_column(heading, justify="right")
    for module, counts in verdict.modules.items():
        table.add_row(module, *_row(counts))
    table.add_row("all", *_row(verdict.total), style="bold")
    return table


def _row(counts: Counter[str]) -> list[str]:
    caught = counts["killed"] + counts["timeout"]
    figures = (counts.total(), caught, counts["timeout"], counts["no tests"])
    return [*(str(figure) for figure in figures), f"{score(counts):.1%}"]
