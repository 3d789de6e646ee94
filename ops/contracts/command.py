"""Work of `make contracts`: store new schemas and write the documents, or only check."""

import sys
from pathlib import Path

from ops.cli.errors import ExitCode
from ops.contracts.documents import documents
from ops.contracts.gate import issues
from ops.contracts.schema import published
from ops.contracts.store import SchemaStore


def run(*, check: bool) -> ExitCode:
    """Return 0 if all is well, 4 if a contract is broken, 5 if the check found an issue.

    With one broken contract, no schema is stored and no document is written.
    """
    store = SchemaStore()
    wrong = [issue.message for issue in issues(store) if check or not issue.fixable]
    stale = [(path, text) for path, text in documents() if not _current(path, text)]
    if check:
        wrong += [f"{path} is out of date: `make contracts`." for path, _ in stale]
    if wrong:
        print("\n".join(wrong), file=sys.stderr)
        return ExitCode.FOUND if check else ExitCode.REFUSED
    for path in store.extend(published()):
        print(f"stored {path}")
    for path, text in stale:
        path.write_text(text)
        print(f"wrote {path}")
    return ExitCode.DONE


def _current(path: Path, text: str) -> bool:
    return path.exists() and path.read_text() == text
