"""Results of mutmut, with mutants identified by their change and not by a number."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import walk_mutatable_files
from mutmut.utils.format_utils import get_module_from_key, orig_function_and_class_names_from_key

CONTROL = "__mutmut_0"
"""Suffix of a control mutant, which changes nothing: mutmut counts from 1."""


class Change(NamedTuple):
    """The change of a mutant in the function `at`: removed and added lines.

    mutmut's number of a mutant depends on every line above it in the function.
    """

    at: str
    was: str
    now: str


class Mutant(NamedTuple):
    """A mutant: mutmut's name for it, its file, and its status."""

    name: str
    path: Path
    status: str

    @property
    def module(self) -> str:
        """The mutated module."""
        return get_module_from_key(self.name)

    @property
    def is_control(self) -> bool:
        """Whether the mutant changes nothing."""
        return self.name.endswith(CONTROL)

    def change(self) -> Change:
        """Return the change that mutmut made."""
        function, owner = orig_function_and_class_names_from_key(self.name)
        _, _, *lines = get_diff_for_mutant(self.name, path=self.path).splitlines()
        was, now = (
            " ".join(line[1:].strip() for line in lines if line.startswith(sign)) for sign in "-+"
        )
        return Change(".".join(filter(None, (self.module, owner, function))), was, now)


def results() -> Iterator[Mutant]:
    """Yield the mutants of the last run, with the controls."""
    for record in _records():
        for name, code in record.exit_code_by_key.items():
            yield Mutant(name, Path(record.path), status_by_exit_code[code])


def add_controls() -> None:
    """Add a control mutant of each function, without a result yet."""
    for record in _records():
        functions = {name.partition("__mutmut_")[0] for name in record.exit_code_by_key}
        record.exit_code_by_key |= {function + CONTROL: None for function in functions}
        record.save()


def _records() -> Iterator[SourceFileMutationData]:
    for path in walk_mutatable_files():
        record = SourceFileMutationData(path=path)
        record.load()
        yield record
