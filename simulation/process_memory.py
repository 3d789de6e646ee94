"""Process memory: each process of a consumer's function has module globals of its own.

Lambda runs one invocation at a time in a process, starts further processes at will, and a process
that dies takes its memory with it. What a reaction keeps in a global is therefore seen by some
later invocations and not by others. In a world all functions share one interpreter, so the mutable
globals of a consumer's modules are exchanged whenever another of its processes goes on.
"""

import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from copy import copy, deepcopy
from dis import get_instructions
from functools import cache
from types import CodeType, FunctionType, ModuleType
from typing import Any, Protocol

from functions.framework.service import Consumer
from simulation.draws import Draws
from simulation.places import own_modules

NEW = 0.4
"""The share of invocations that get a new process although an idle one is there."""

PLAIN = (str, int, float, tuple, type(None))
CONTAINERS = (dict, list, set, deque)
"""The types of globals that hold what a process remembers, and their subclasses."""


class Holder(Protocol):
    """A place that a process may remember something in."""

    def get(self) -> Any:
        """Return a copy of what it holds."""
        ...

    def put(self, value: Any) -> None:
        """Replace what it holds."""
        ...


class _Container:
    """A dictionary, list or set; it stays the same object, which others may have imported."""

    def __init__(self, held: Any) -> None:
        self._held = held

    def get(self) -> Any:
        try:
            return deepcopy(self._held)
        except Exception:  # noqa: BLE001  what it holds cannot be copied, so the contents are shared
            return copy(self._held)

    def put(self, value: Any) -> None:
        if self._held == value:
            return
        value = deepcopy(value)
        self._held.clear()
        if isinstance(self._held, dict | set):
            self._held.update(value)
        else:
            self._held.extend(value)


class _Name:
    """A global that some function rebinds, such as a counter."""

    def __init__(self, module: ModuleType, name: str) -> None:
        self._module = module
        self._name = name

    def get(self) -> Any:
        return vars(self._module).get(self._name)

    def put(self, value: Any) -> None:
        setattr(self._module, self._name, value)


class Process:
    """One process: its memory while it is not at work."""

    def __init__(self, holders: Sequence[Holder], memory: Sequence[Any]) -> None:
        self._holders = holders
        self._memory = memory
        self._outer: Sequence[Any] = ()

    def enter(self) -> None:
        """Let its memory be the one that code sees."""
        self._outer = [holder.get() for holder in self._holders]
        for holder, value in zip(self._holders, self._memory, strict=True):
            holder.put(value)

    def leave(self) -> None:
        """Keep its memory until it goes on."""
        self._memory = [holder.get() for holder in self._holders]
        for holder, value in zip(self._holders, self._outer, strict=True):
            holder.put(value)


class Processes:
    """The processes of one consumer in one world."""

    def __init__(self, consumer: Consumer, draws: Draws) -> None:
        modules = [
            sys.modules[name] for name in sorted(own_modules(consumer)) if name in sys.modules
        ]
        self._holders = [holder for each in modules for holder in _holders(each)]
        self._caches = [clear for each in modules for clear in _caches(each)]
        self._fresh = [holder.get() for holder in self._holders]
        self._draws = draws
        self._idle: list[Process] = []

    def take(self, worker: str) -> Process | None:
        """Return an idle process or a new one; None if the consumer's code remembers nothing."""
        if not (self._holders or self._caches):
            return None
        if self._idle and not self._draws.happens(f"process {worker}", NEW):
            return self._idle.pop()
        return self.new()

    def new(self) -> Process:
        """Return a process that has just started."""
        for clear in self._caches:
            clear()
        return Process(self._holders, self._fresh)

    def restore(self) -> None:
        """Let code see what it saw before the first process started."""
        for holder, value in zip(self._holders, self._fresh, strict=True):
            holder.put(value)

    def give_back(self, process: Process | None) -> None:
        """Let a process wait for its next invocation."""
        if process is not None:
            self._idle.append(process)


@cache
def _holders(module: ModuleType) -> tuple[Holder, ...]:
    """Return the places of a module in which a process may remember something."""
    return (*_containers(module), *(_Name(module, name) for name in sorted(_rebound(module))))


def _containers(module: ModuleType) -> Iterator[_Container]:
    for name, value in sorted(vars(module).items()):
        if name.startswith("__"):
            continue
        if _is_memory(value):
            yield _Container(value)
        elif isinstance(value, FunctionType) and value.__module__ == module.__name__:
            defaults = (*(value.__defaults__ or ()), *(value.__kwdefaults__ or {}).values())
            yield from (_Container(each) for each in defaults if _is_memory(each))
        elif isinstance(value, type) and value.__module__ == module.__name__:
            yield from (_Container(each) for each in vars(value).values() if _is_memory(each))
        elif type(value).__module__ == module.__name__ and _is_memory(vars(value)):
            yield _Container(vars(value))


def _is_memory(value: object) -> bool:
    """Return whether a value is a container of plain values, or is empty."""
    if not isinstance(value, CONTAINERS):
        return False
    held = [*value, *(value.values() if isinstance(value, dict) else ())]
    return all(isinstance(each, PLAIN) or _is_memory(each) for each in held)


def _rebound(module: ModuleType) -> set[str]:
    """Return the globals that a function of a module assigns to."""
    functions = [each for each in vars(module).values() if isinstance(each, FunctionType)]
    return {
        str(step.argval)
        for function in functions
        if function.__module__ == module.__name__
        for code in _codes(function.__code__)
        for step in get_instructions(code)
        if step.opname == "STORE_GLOBAL"
    }


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from _codes(each)


def _caches(module: ModuleType) -> Iterator[Callable[[], object]]:
    """Yield the functions that empty the caches (`functools.cache`) of a module."""
    for value in vars(module).values():
        clear = getattr(value, "cache_clear", None)
        if callable(clear) and getattr(value, "__module__", "") == module.__name__:
            yield clear
