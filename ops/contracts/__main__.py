"""`make contracts`: seal new samples, store new schemas, write the documents; or `--check` them."""

import sys
from collections.abc import Sequence

from ops.cli.errors import ExitCode
from ops.cli.source_errors import source_error

USAGE = "Usage: python -m ops.contracts [--check]"


def main(arguments: Sequence[str]) -> int:
    """Return the exit code of the command line."""
    if set(arguments) & {"--help", "-h"}:
        print(f"{USAGE}\n\n{__doc__}")
        return ExitCode.DONE
    if set(arguments) - {"--check"}:
        print(USAGE, file=sys.stderr)
        return ExitCode.USAGE
    try:
        from ops.contracts.command import run
    except Exception as error:
        place = source_error(error)
        if place is None:
            raise
        print(f"functions/map.py cannot be imported: {place}", file=sys.stderr)
        return ExitCode.FAILED
    return run(check=bool(arguments))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
