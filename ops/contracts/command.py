"""Work of `make contracts`: seal new samples, store new schemas, write the documents; or check."""

import sys
from pathlib import Path

from ops.cli.errors import CommandError, ExitCode
from ops.contracts import gate
from ops.contracts.documents import documents
from ops.contracts.schema import published
from ops.contracts.seals import seal
from ops.contracts.store import SchemaStore
from ops.stage.templates import stage_templates


def run(*, check: bool) -> ExitCode:
    """Return 0 if all is well, 4 if a contract is broken, 5 if the check found an issue.

    It is 1 if templates cannot be synthesized. With one broken contract, no sample is sealed, no
    schema is stored and no document is written.
    """
    store = SchemaStore()
    found = list(gate.issues(store))
    wrong = [issue.message for issue in found if check or not issue.fixable]
    if wrong and not check:
        return _failed(wrong, ExitCode.REFUSED)
    if not check:
        for path in seal(gate.SAMPLES, gate.new_samples(gate.SAMPLES)):
            print(f"sealed {path}")
        for path in store.extend(published()):
            print(f"stored {path}")
    if sys.stderr.isatty():
        print("Synthesizing the templates, for docs/deploy.md …", file=sys.stderr)
    try:
        stale = [
            (path, text) for path, text in documents(stage_templates) if not _current(path, text)
        ]
    except CommandError as error:
        return _failed([*wrong, str(error)], error.code)
    if check:
        wrong += [f"{path} is out of date: `make contracts`." for path, _ in stale]
        return _failed(wrong, ExitCode.FOUND) if wrong else ExitCode.DONE
    for path, text in stale:
        path.write_text(text, encoding="utf-8")
        print(f"wrote {path}")
    return ExitCode.DONE


def _failed(wrong: list[str], code: ExitCode) -> ExitCode:
    print("\n".join(wrong), file=sys.stderr)
    return code


def _current(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text
