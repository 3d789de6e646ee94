"""The schemas in events/schemas: what was ever published, never edited, and today held against it.

`<Type>.<version>.json` is a contract as it was first published. Properties that were added to it
since are in `<Type>.<version>.<addition>.json`, the contract as it was from then on. No file is
ever changed, so none can be made to agree with a class that breaks it.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from events import codec
from ops.contracts.changes import Change, compare
from ops.contracts.schema import ENVELOPE, Schema, schema_of
from ops.contracts.seals import broken, seal

EVENTS = Path(codec.__file__).parent
SCHEMAS = EVENTS / "schemas"
GUIDE = "docs/contracts.md"

_NAME = re.compile(r"(?P<type>[A-Za-z]\w*)\.(?P<version>\d+)(\.(?P<addition>\d+))?\.json")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that is wrong with a contract, and whether `make contracts` can see to it."""

    says: str
    mendable: bool = False


class Kept:
    """The kept schemas of one folder."""

    def __init__(self, folder: Path = SCHEMAS) -> None:
        """Take the folder, which may be empty or yet to come."""
        self._folder = folder
        self._files: dict[tuple[str, int], dict[int, Path]] = {}
        for path in folder.glob("*.json"):
            name = _NAME.fullmatch(path.name)
            if name:
                key = name["type"], int(name["version"])
                self._files.setdefault(key, {})[int(name["addition"] or 0)] = path

    def findings(self, contracts: Mapping[tuple[str, int], type[Any]]) -> Iterator[Finding]:
        """Yield what is wrong with these contracts, or with what was kept of them."""
        files = [path for each in self._files.values() for path in each.values()]
        for says in broken(self._folder, files, remedy="only `make contracts` keeps a schema."):
            yield Finding(says=says)
        for key in sorted(self._files.keys() - contracts.keys()):
            yield _broken(key, "was published, and there is no contract any more that reads it")
        for key, contract in sorted(contracts.items()):
            yield from self._contract(key, schema_of(*key, contract))

    def extend(self, contracts: Mapping[tuple[str, int], type[Any]]) -> list[Path]:
        """Keep what is new of contracts without findings but mendable ones; return the files."""
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

    def _contract(self, key: tuple[str, int], today: Schema) -> Iterator[Finding]:
        additions = self._files.get(key)
        if not additions:
            says = f"{_label(key)} is kept nowhere: `make contracts` keeps it as {_file(key, 0)}."
            yield Finding(says=says, mendable=True)
            return
        if sorted(additions) != list(range(len(additions))):
            yield _broken(key, f"lacks one of the files before {_file(key, max(additions))}")
            return
        chain = [_read(additions[number]) for number in sorted(additions)]
        for number, (before, after) in enumerate(pairwise(chain), start=1):
            for change in compare(before, after):
                if change.breaks:
                    yield _broken(key, f"{change}, in {_file(key, number)}")
        for change in compare(chain[-1], today):
            yield _broken(key, str(change)) if change.breaks else _added(key, change)


def _broken(key: tuple[str, int], what: str) -> Finding:
    name, version = key
    remedy = (
        "The envelope has no versions, so this cannot be done"
        if name == ENVELOPE
        else f"Undo it, or make it {name} {version + 1}: keep the class of now in"
        f" events/contracts/upcasters.py with an upcaster, and raise `version`; {GUIDE} says how"
    )
    return Finding(says=f"{_label(key)}: {what}. That breaks who reads or wrote it. {remedy}.")


def _added(key: tuple[str, int], change: Change) -> Finding:
    says = f"{_label(key)}: {change}. That breaks nobody: `make contracts` keeps it."
    return Finding(says=says, mendable=True)


def _label(key: tuple[str, int]) -> str:
    return f"{key[0]} {key[1]}"


def _file(key: tuple[str, int], addition: int) -> str:
    return f"{key[0]}.{key[1]}.{addition}.json" if addition else f"{key[0]}.{key[1]}.json"


def _read(path: Path) -> Schema:
    return dict(json.loads(path.read_bytes()))
