"""Copies of the parts of the tree that `fanfare new` reads and changes."""

import shutil
from pathlib import Path

import pytest

from ops.paths import ROOT
from ops.scaffold.checkout import CODEC, CONTRACTS, MAP, PROJECT, SAMPLES, SCHEMAS, TESTS, Checkout

PARTS = (MAP, CODEC, PROJECT, CONTRACTS, SAMPLES, SCHEMAS)


@pytest.fixture
def tree(tmp_path: Path) -> Checkout:
    """Give a checkout that has what is read and changed, and an empty service `email`."""
    for part in PARTS:
        (tmp_path / part).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, tmp_path / part)
    for package in ("events", "functions", "functions/email"):
        (tmp_path / package).mkdir(exist_ok=True)
        (tmp_path / package / "__init__.py").touch()
    (tmp_path / "functions/email/service.py").touch()
    (tmp_path / TESTS).mkdir(parents=True)
    return Checkout(tmp_path)


def contents(tree: Checkout) -> dict[str, bytes]:
    """Return all files of a checkout, by path."""
    files = (path for path in tree.root.rglob("*") if path.is_file())
    return {str(path.relative_to(tree.root)): path.read_bytes() for path in files}
