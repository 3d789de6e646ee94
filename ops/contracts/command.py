"""What `make contracts` does: it keeps what is new and writes the documents, or only looks."""

import sys
from pathlib import Path

from ops.cli.errors import ExitCode
from ops.contracts.documents import documents
from ops.contracts.gate import findings
from ops.contracts.kept import Kept
from ops.contracts.schema import published


def run(*, check: bool) -> ExitCode:
    """Return 0 if all is well by now, 4 if a contract was broken, 5 if the check found something.

    A broken contract refuses all: nothing is kept, and no document is written of it.
    """
    kept = Kept()
    wrong = [finding.says for finding in findings(kept) if check or not finding.mendable]
    stale = [(path, text) for path, text in documents() if not _says(path, text)]
    if check:
        wrong += [f"{path} is not what the code says: `make contracts`." for path, _ in stale]
    if wrong:
        print("\n".join(wrong), file=sys.stderr)
        return ExitCode.FOUND if check else ExitCode.REFUSED
    for path in kept.extend(published()):
        print(f"kept {path}")
    for path, text in stale:
        path.write_text(text)
        print(f"wrote {path}")
    return ExitCode.DONE


def _says(path: Path, text: str) -> bool:
    return path.exists() and path.read_text() == text
