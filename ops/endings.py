"""How commands end: a sentence for what was foreseen, a place to look for what was not."""

import os
import sys
import traceback
from collections.abc import Callable

from ops.explain import explain
from ops.local.state import STATE
from ops.options import Options
from ops.trouble import Exit

DEBUG = "FANFARE_DEBUG"
ERROR_LOG = STATE / "error.log"


def ending(command: Callable[[], int], options: Options) -> int:
    """Run a command and return how it ended; what went wrong is said on standard error."""
    try:
        return command()
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough; Python would complain while it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.DONE
    except Exception as error:
        trouble = explain(error, options.stage)
        if trouble is not None:
            options.err.print(f"fanfare: {trouble}")
            return trouble.code
        if os.environ.get(DEBUG):
            raise
        ERROR_LOG.parent.mkdir(exist_ok=True)
        ERROR_LOG.write_text(traceback.format_exc())
        options.err.print(
            f"fanfare: unexpected {type(error).__name__}: {error}. This is a mistake of ours: the"
            f" traceback is in {ERROR_LOG}; {DEBUG}=1 shows it."
        )
        return Exit.FAILED
