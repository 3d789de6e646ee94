"""Build third-party code as a zip for Lambda: hash-locked requirements, by uv, without Docker."""

import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from infra.packaging import pruning
from infra.packaging.places import CACHE, LIBRARIES, LOCKS, ROOT

LAYER = "layer"
"""The requirements of all functions; other libraries have files of their own beside it."""

PYTHON = "3.13"
_PINNED = re.compile(r"(?m)^([A-Za-z0-9._-]+)==")
EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip can store."""


class LayerNotBuilt(RuntimeError):
    """The layer could not be built; the message has the reason and the remedy."""


def layer_zip(wheels: str | None, library: str = LAYER) -> Path:
    """Return the layer's zip for a platform as uv names it, or this machine; build it if absent.

    Its name ends in a hash of its requirements and of the code that builds it. The layer of another
    `library` has its requirements without those of all functions; both layers are used together.

    Raises:
        LayerNotBuilt: uv is missing or fails, or this Python's version is not the functions'.
    """
    requirements = _requirements(library)
    archive = CACHE / f"{library}-{wheels or 'host'}-{_key(wheels, requirements)}.zip"
    if not archive.exists():
        CACHE.mkdir(exist_ok=True)
        with TemporaryDirectory(dir=CACHE, prefix=f"{library}-") as work:
            packages = Path(work) / "python"
            lock = Path(work) / f"{library}.txt"
            lock.write_text(requirements, encoding="utf-8")
            _install(packages, wheels, lock)
            pruning.prune(packages)
            _compile(packages)
            made = Path(work) / archive.name
            _pack(packages, made)
            made.replace(archive)
    return archive


def _requirements(library: str) -> str:
    """Return the lock of a library, without the packages in the layer of all functions."""
    layer = (LOCKS / f"{LAYER}.txt").read_text(encoding="utf-8")
    if library == LAYER:
        return layer
    lock = (LIBRARIES / f"{library}.txt").read_text(encoding="utf-8")
    brought = set(_PINNED.findall(layer))
    pins = re.split(r"(?m)^(?=\S)", lock)
    return "".join(pin for pin in pins if brought.isdisjoint(_PINNED.findall(pin)))


def _key(wheels: str | None, lock: str) -> str:
    target = wheels or f"{sys.platform} {platform.machine()}"
    recipe = (Path(module).read_bytes() for module in (__file__, pruning.__file__))
    parts = (lock.encode(), target.encode(), PYTHON.encode(), *recipe)
    return sha256(b"\0".join(parts)).hexdigest()[:32]


def _install(packages: Path, wheels: str | None, lock: Path) -> None:
    if f"{sys.version_info.major}.{sys.version_info.minor}" != PYTHON:
        raise LayerNotBuilt(
            f"The functions and the compilation of their layer need Python {PYTHON}, but this is"
            f" {platform.python_version()}. Run `make setup` and use .venv/bin/cdk; in another"
            f" repository, run its app with Python {PYTHON}."
        )
    beside = (ROOT / ".tools/bin", Path(sys.executable).parent)
    uv = shutil.which("uv", path=os.pathsep.join((*map(str, beside), *os.get_exec_path())))
    if uv is None:
        raise LayerNotBuilt(
            "uv is missing; it fetches the functions' layer. Run `make setup`, or in another"
            " repository `pip install uv`."
        )
    fetched = subprocess.run(
        [
            *(uv, "pip", "install", "--quiet", "--require-hashes", "--only-binary", ":all:"),
            # A linked file is shared with uv's cache and environments, and pruning changes some.
            *(
                "--link-mode",
                "copy",
                "--requirement",
                str(lock),
                "--no-deps",
                "--target",
                str(packages),
            ),
            *("--python", sys.executable, "--python-version", PYTHON),
            *(("--python-platform", wheels) if wheels else ()),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if fetched.returncode:
        raise LayerNotBuilt(
            f"uv could not fetch the functions' layer, requirements/{lock.name}. Its output:\n\n"
            f"{fetched.stderr.strip()}"
        )


def _compile(packages: Path) -> None:
    """Write bytecode that is not checked against its source: a zip drops the source's time."""
    # The operator's environment may redirect or disable bytecode.
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    subprocess.run(
        [
            *(sys.executable, "-m", "compileall", "-qq"),
            *("-s", str(packages.parent), "-p", "/opt"),
            *("--invalidation-mode", "unchecked-hash", str(packages)),
        ],
        env=environ | {"PYTHONHASHSEED": "0"},  # bytecode has sets in the order of their hashes
        check=False,  # functions import no file that does not compile
    )


def _pack(packages: Path, archive: Path) -> None:
    with ZipFile(archive, "w", ZIP_DEFLATED) as packed:
        for path in _files(packages):
            entry = ZipInfo(path.relative_to(packages.parent).as_posix(), EARLIEST)
            entry.external_attr = 0o644 << 16
            packed.writestr(entry, path.read_bytes(), ZIP_DEFLATED)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())
