"""What became of the mutants: mutmut's own record, in words that outlive its numbering."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import walk_mutatable_files
from mutmut.utils.format_utils import get_module_from_key, orig_function_and_class_names_from_key

PLACEBO = "__mutmut_0"
"""How a mutant ends that changes nothing: mutmut counts from 1, and runs the code as it is."""


@dataclass(frozen=True)
class Change:
    """What a mutant does to the function at `at`: the lines it takes, and those it gives.

    mutmut numbers the mutants of a function, and a number moves with every line above it.
    """

    at: str
    was: str
    now: str


@dataclass(frozen=True)
class Mutant:
    """A mutant by mutmut's name for it, the file that it is in, and what became of it."""

    name: str
    path: Path
    status: str

    @property
    def module(self) -> str:
        """The module that it is in."""
        return get_module_from_key(self.name)

    @property
    def caught(self) -> bool:
        """Whether the tests told it from the code: one failed, or did not end."""
        return self.status in ("killed", "timeout")

    @property
    def placebo(self) -> bool:
        """Whether it changes nothing."""
        return self.name.endswith(PLACEBO)

    def change(self) -> Change:
        """Return what it does."""
        function, owner = orig_function_and_class_names_from_key(self.name)
        _, _, *lines = get_diff_for_mutant(self.name, path=self.path).splitlines()
        was, now = (
            " ".join(line[1:].strip() for line in lines if line.startswith(sign)) for sign in "-+"
        )
        return Change(".".join(filter(None, (self.module, owner, function))), was, now)


def results() -> Iterator[Mutant]:
    """Yield what the last run left, placebos included."""
    for record in records():
        for name, code in record.exit_code_by_key.items():
            yield Mutant(name, Path(record.path), status_by_exit_code[code])


def records() -> Iterator[SourceFileMutationData]:
    """Yield mutmut's record of every file that it may mutate."""
    for path in walk_mutatable_files():
        record = SourceFileMutationData(path=path)
        record.load()
        yield record
