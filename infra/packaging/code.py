"""Code asset of a function: the events, the framework, the runtime and its own package only."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from aws_cdk import IgnoreMode
from aws_cdk import aws_lambda as lambda_

from functions.framework.service import Service
from functions.runtime.operating.package import PROOF, SHARED, ignore_list
from infra.packaging.places import ROOT


@contextmanager
def code_of(service: Service) -> Iterator[lambda_.Code]:
    """Yield the code asset of a service; the code of other services does not change it.

    The CDK copies its files when a function is created with it, inside the context.
    """
    if service.package is None:
        yield lambda_.Code.from_asset(
            str(ROOT), ignore_mode=IgnoreMode.DOCKER, exclude=ignore_list(service.name)
        )
        return
    with TemporaryDirectory(prefix="fanfare-") as folder:
        for shared, left_out in SHARED.items():
            _copy(ROOT / shared, Path(folder) / shared, left_out)
        _copy(folder_of(service.package), Path(folder) / service.package)
        yield lambda_.Code.from_asset(folder)


def folder_of(package: str) -> Path:
    """Return the folder of a package that this Python can import.

    Raises:
        ModuleNotFoundError: it cannot import the package.
    """
    found = find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError(f"No package named {package!r}", name=package)
    return Path(next(iter(found.submodule_search_locations)))


def _copy(source: Path, target: Path, left_out: Sequence[str] = ()) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_file():
        shutil.copy(source, target)
        return
    unwanted = shutil.ignore_patterns(PROOF, "__pycache__", ".*", *left_out)
    shutil.copytree(source, target, ignore=unwanted)
