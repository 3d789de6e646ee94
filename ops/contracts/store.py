"""Schema store in events/schemas: every published schema, never edited; contracts must fit them.

`<Type>.<version>.json` is a contract as it was first published. `<Type>.<version>.<addition>.json`
is the contract after properties were added. No file is ever changed, so none can be edited to fit
a class that breaks it.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from events import codec
from ops.contracts.changes import SchemaChange, compare
from ops.contracts.schema import ENVELOPE, Schema, schema_of
from ops.contracts.seals import broken, seal, unsealed

EVENTS = Path(codec.__file__).parent
SCHEMAS = EVENTS / "schemas"
GUIDE = "docs/contracts.md"

_NAME = re.compile(r"(?P<type>[A-Za-z]\w*)\.(?P<version>\d+)(\.(?P<addition>\d+))?\.json")


@dataclass(frozen=True, kw_only=True)
class ContractIssue:
    """An issue of a contract, and whether `make contracts` can fix it."""

    message: str
    fixable: bool = False


class SchemaStore:
    """The stored schemas of one folder, which may be empty or missing."""

    def __init__(self, folder: Path = SCHEMAS) -> None:
        self._folder = folder
        self._files: dict[tuple[str, int], dict[int, Path]] = {}
        for path in folder.glob("*.json"):
            name = _NAME.fullmatch(path.name)
            if name:
                key = name["type"], int(name["version"])
                self._files.setdefault(key, {})[int(name["addition"] or 0)] = path

    def issues(self, contracts: Mapping[tuple[str, int], type[Any]]) -> Iterator[ContractIssue]:
        """Yield the issues of these contracts and of their stored schemas."""
        files = [path for each in self._files.values() for path in each.values()]
        for message in broken(self._folder, files):
            yield ContractIssue(message=message)
        for path in unsealed(self._folder, files):
            message = f"{path.name} is not sealed: only `make contracts` stores a schema."
            yield ContractIssue(message=message)
        for key in sorted(self._files.keys() - contracts.keys()):
            yield _broken(key, "was published, but no contract reads it any more")
        for key, contract in sorted(contracts.items()):
            yield from self._contract_issues(key, schema_of(*key, contract))

    def extend(self, contracts: Mapping[tuple[str, int], type[Any]]) -> list[Path]:
        """Store new schemas and return their files; the contracts may have fixable issues only."""
        written = []
        for key, contract in sorted(contracts.items()):
            schema = schema_of(*key, contract)
            additions = self._files.setdefault(key, {})
            latest = self._latest(key)
            if latest is None or list(compare(latest, schema)):
                path = self._folder / _file(key, max(additions, default=-1) + 1)
                path.parent.mkdir(exist_ok=True)
                path.write_text(json.dumps(schema, indent=2, sort_keys=True) + "\n")
                additions[max(additions, default=-1) + 1] = path
                written.append(path)
        if written:
            seal(self._folder, written)
        return written

    def _latest(self, key: tuple[str, int]) -> Schema | None:
        additions = self._files.get(key)
        return _read(additions[max(additions)]) if additions else None

    def _contract_issues(self, key: tuple[str, int], today: Schema) -> Iterator[ContractIssue]:
        additions = self._files.get(key)
        if not additions:
            message = f"{_label(key)} has no schema: `make contracts` writes {_file(key, 0)}."
            yield ContractIssue(message=message, fixable=True)
            return
        if sorted(additions) != list(range(len(additions))):
            yield _broken(key, f"lacks a file before {_file(key, max(additions))}")
            return
        chain = [_read(additions[number]) for number in sorted(additions)]
        for number, (before, after) in enumerate(pairwise(chain), start=1):
            for change in compare(before, after):
                if change.breaks:
                    yield _broken(key, f"{change}, in {_file(key, number)}")
        for change in compare(chain[-1], today):
            yield _broken(key, str(change)) if change.breaks else _added(key, change)


def _broken(key: tuple[str, int], what: str) -> ContractIssue:
    name, version = key
    remedy = (
        "The envelope has no versions, so this cannot be done"
        if name == ENVELOPE
        else f"Undo it, or make it {name} {version + 1}: copy today's class to"
        f" events/contracts/upcasters.py with an upcaster, and raise `version`; see {GUIDE}"
    )
    return ContractIssue(
        message=f"{_label(key)}: {what}. That breaks its readers or writers. {remedy}."
    )


def _added(key: tuple[str, int], change: SchemaChange) -> ContractIssue:
    message = f"{_label(key)}: {change}. That is compatible: `make contracts` stores it."
    return ContractIssue(message=message, fixable=True)


def _label(key: tuple[str, int]) -> str:
    return f"{key[0]} {key[1]}"


def _file(key: tuple[str, int], addition: int) -> str:
    return f"{key[0]}.{key[1]}.{addition}.json" if addition else f"{key[0]}.{key[1]}.json"


def _read(path: Path) -> Schema:
    return dict(json.loads(path.read_bytes()))
