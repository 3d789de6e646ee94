"""Runs of mutated constants: each in a process of its own, in which the module is imported mutated.

What depends on a constant may copy it when it is imported, so a mutant cannot be switched on later.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import json
import multiprocessing
import os
import resource
import sys
import tomllib
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatch
from functools import cache
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from time import monotonic
from types import ModuleType
from typing import Any, override

import pytest

from tests.mutation.constants import CONSTANT, ConstantMutant, Edit, module_of, mutants

PREPARED = (
    "aws_lambda_powertools.metrics",
    "boto3",
    "botocore.session",
    "hypothesis",
    "moto",
    "msgspec",
    "time_machine",
)
"""Libraries that are imported once, before the processes are forked."""

ROWS = {"service.py", "routes.py"}
"""Modules of rows: tests of templates, privileges and documents hold them, and take longer."""

PREPARED_IS_FINE = ("-W", "ignore::pytest.PytestAssertRewriteWarning")

RESULTS = Path("mutants/constants.json")
"""The statuses of the last run, by name."""

AT_ONCE = len(os.sched_getaffinity(0))
TIME_LIMIT = 120
"""Seconds after which a mutant is taken to loop for ever; all tests take a tenth of it."""

TOO_LONG = -1
STATUS = {0: "survived", 5: "no tests", TOO_LONG: "timeout"}
"""The status by exit code of pytest; any other one means that a test failed, or an import."""


def run_all(names: Sequence[str] = ()) -> Iterator[ConstantMutant]:
    """Run all mutants and controls, or those with these names; yield them with their status.

    Mutants that are not run have the status of their last run.
    """
    known = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    wanted: list[ConstantMutant] = []
    for mutant in (*controls(modules()), *(each for path in modules() for each in mutants(path))):
        if not names or any(fnmatch(mutant.name, name) for name in names):
            wanted.append(mutant)
        elif mutant.name in known:
            yield mutant._replace(status=known[mutant.name])
    for library in PREPARED if wanted else ():
        importlib.import_module(library)
    for mutant in _run(wanted):
        known[mutant.name] = mutant.status
        yield mutant
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(known, indent=1))


def controls(paths: Sequence[Path]) -> list[ConstantMutant]:
    """Return a mutant that changes nothing for each folder of tests that is run by itself."""
    firsts = {_nearest_tests(path): path for path in paths}
    return [
        ConstantMutant(f"{nearest}{CONSTANT}0", path, "", Edit(0, 0, ""), is_control=True)
        for nearest, path in firsts.items()
    ]


@cache
def modules() -> Sequence[Path]:
    """Return the files of the mutated modules, as mutmut is configured."""
    here, settings = Path(), _settings()
    wanted, left_out = (
        {path for pattern in settings[key] for path in here.glob(pattern)}
        for key in ("only_mutate", "do_not_mutate")
    )
    return sorted(path for path in wanted - left_out if path.name not in ROWS)


def _run(queued: Iterable[ConstantMutant]) -> Iterator[ConstantMutant]:
    """Run some processes at a time, and yield each mutant with its status.

    The tests beside the module run first, and all tests for a mutant that passes these.
    """
    context = multiprocessing.get_context("fork")
    waiting = deque((mutant, _nearest_tests(mutant.path)) for mutant in queued)
    running: dict[BaseProcess, tuple[ConstantMutant, str | None, float]] = {}
    while waiting or running:
        while waiting and len(running) < AT_ONCE:
            mutant, tests = waiting.popleft()
            process: BaseProcess = context.Process(target=_test, args=(mutant, tests))
            process.start()
            running[process] = (mutant, tests, monotonic() + TIME_LIMIT)
        wait([process.sentinel for process in running], timeout=1)
        for process, (mutant, tests, until) in list(running.items()):
            late = monotonic() > until
            if late:
                process.kill()
            elif process.is_alive():
                continue
            process.join()
            del running[process]
            if process.exitcode == 0 and tests:
                waiting.appendleft((mutant, None))
                continue
            code = TOO_LONG if late else process.exitcode
            yield mutant._replace(status=STATUS.get(code or 0, "killed"))


def _test(mutant: ConstantMutant, tests: str | None) -> None:
    """Exit with pytest's code; without `tests` all that mutmut is configured with are run."""
    # So that it ends even if the process that waits for it was killed.
    resource.setrlimit(resource.RLIMIT_CPU, (TIME_LIMIT, TIME_LIMIT))
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    sys.meta_path.insert(0, _Mutated(mutant))
    os._exit(_pytest([tests] if tests else []))


def _pytest(selection: Sequence[str]) -> int:
    configured = _settings()["pytest_add_cli_args_test_selection"]
    left_out = [each for each in configured if each.startswith("--")]
    options = [*_settings()["pytest_add_cli_args"], "-x", "-q", *PREPARED_IS_FINE]
    return int(pytest.main([*(selection or configured), *left_out, *options]))


def _nearest_tests(path: Path) -> str | None:
    """Return the folder of tests that mirrors a module's, or the next one above it."""
    for folder in path.parents:
        if (Path("tests") / folder).is_dir() and folder.name not in ("", "functions"):
            return str(Path("tests") / folder)
    return None


@cache
def _settings() -> dict[str, Any]:
    settings = tomllib.loads(Path("pyproject.toml").read_text())["tool"]["mutmut"]
    assert isinstance(settings, dict)
    return settings


class _Mutated(importlib.abc.MetaPathFinder):
    """Finds the module of a mutant, and loads its mutated source."""

    def __init__(self, mutant: ConstantMutant) -> None:
        self._mutant = mutant

    @override
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != module_of(self._mutant.path):
            return None
        file = str(self._mutant.path.absolute())
        loader = _Loader(fullname, file)
        loader.source = self._mutant.source()
        return importlib.util.spec_from_file_location(fullname, file, loader=loader)


class _Loader(importlib.machinery.SourceFileLoader):
    source: str

    @override
    def get_code(self, fullname: str) -> Any:
        return compile(self.source, self.path, "exec", dont_inherit=True)
