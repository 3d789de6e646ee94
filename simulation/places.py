"""Places in a consumer's code, for violations: file and line."""

import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from traceback import walk_tb
from types import FrameType

from functions.framework.service import Consumer

ROOT = Path(__file__).parents[1]


def place_of(consumer: Consumer, error: BaseException) -> str:
    """Return the innermost place of an error in the consumer's own code, or elsewhere."""
    return _innermost(consumer, list(walk_tb(error.__traceback__)))


def place_in(consumer: Consumer, frame: FrameType | None) -> str:
    """Return the innermost place of a stack in the consumer's own code, or elsewhere."""
    return _innermost(consumer, list(_stack(frame))[::-1])


def is_in(consumer: Consumer, frame: FrameType | None) -> bool:
    """Return whether the consumer's own code is at work in a stack."""
    files = own_files(consumer)
    return any(each.f_code.co_filename in files for each, _ in _stack(frame))


@cache
def modules_of(consumer_package: str, reactions: tuple[str, ...]) -> frozenset[str]:
    """Return the names of the loaded modules of a package, and those of some reactions."""
    own = {
        name
        for name in sys.modules
        if name == consumer_package or name.startswith(f"{consumer_package}.")
    }
    return frozenset(own | set(reactions))


def own_modules(consumer: Consumer) -> frozenset[str]:
    """Return the names of the modules of a consumer's own code."""
    reactions = tuple(sorted({getattr(on.react, "__module__", "") for on in consumer.on}))
    return modules_of(consumer.code_package, reactions)


def own_files(consumer: Consumer) -> frozenset[str]:
    """Return the files of a consumer's own code."""
    modules = (sys.modules.get(name) for name in own_modules(consumer))
    return frozenset(str(getattr(module, "__file__", "")) for module in modules if module)


def _innermost(consumer: Consumer, frames: list[tuple[FrameType, int]]) -> str:
    files = own_files(consumer)
    own = [each for each in frames if each[0].f_code.co_filename in files] or frames
    if not own:
        return ""
    frame, line = own[-1]
    path = Path(frame.f_code.co_filename)
    return f"{path.relative_to(ROOT) if path.is_relative_to(ROOT) else path}:{line}"


def _stack(frame: FrameType | None) -> Iterator[tuple[FrameType, int]]:
    while frame is not None:
        yield frame, frame.f_lineno
        frame = frame.f_back
