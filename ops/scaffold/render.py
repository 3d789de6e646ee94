"""Rendering: templates to text, and ruff to sort, wrap and check it as `make lint` will."""

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from functools import cache, partial
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ops.cli.errors import CommandError
from ops.scaffold.checkout import PROJECT, Checkout

TEMPLATES = Path(__file__).with_name("templates")


@cache
def environment() -> Environment:
    """Return the environment of the templates; a name that is not given is an error."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701  the result is Python, not HTML
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"last_word": _last_word, "sentence": _sentence}
    return made


def render(template: str, **values: Any) -> str:
    """Return a filled template."""
    return environment().get_template(f"{template}.jinja").render(values)


def formatted(
    tree: Checkout, new: Mapping[str, str], changed: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Return new and changed modules by path as ruff writes them, with the checkout's settings.

    Templates import all that any kind may use; ruff removes what is not used from new modules.

    Raises:
        CommandError: ruff finds a fault that it cannot mend.
    """
    with TemporaryDirectory(prefix="fanfare-new-") as folder:
        root = Path(folder)
        copyfile(tree.root / PROJECT, root / PROJECT)
        for path, text in {**new, **changed}.items():
            _stage(tree, root, path, text)
        ruff = partial(_ruff, tree, root)
        ruff("check", "--fix", "--select", "I", paths=changed)
        ruff("check", "--fix", "--exit-zero", paths=new)
        ruff("format", paths=[*new, *changed])
        ruff("check", paths=new)
        return _texts(root, new), _texts(root, changed)


def _last_word(name: str) -> str:
    """Return `flagged` for `OrderFlagged`."""
    return _words(name)[-1].lower()


def _sentence(name: str) -> str:
    """Return `Order flagged` for `OrderFlagged`."""
    return " ".join(_words(name)).capitalize()


def _words(name: str) -> list[str]:
    return re.findall("[A-Z][a-z]+", name)


def _stage(tree: Checkout, root: Path, path: str, text: str) -> None:
    to = root / path
    to.parent.mkdir(parents=True, exist_ok=True)
    package = Path(path).with_name("__init__.py")
    if tree.exists(str(package)):
        (root / package).touch()
    to.write_text(text, encoding="utf-8")


def _ruff(tree: Checkout, root: Path, action: str, *options: str, paths: Iterable[str]) -> None:
    """Run ruff on files of a folder; it knows our own modules by those of the checkout."""
    files = list(paths)
    if not files:  # ruff would take all files
        return
    program = str(Path(sys.executable).with_name("ruff"))
    sources = f"src={json.dumps(['.', str(tree.root)])}"
    command = [program, action, "--quiet", "--no-cache", "--config", sources, *options, *files]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CommandError(
            f"ruff refuses what was to be written; nothing was.\n{done.stdout}{done.stderr}".strip()
        )


def _texts(root: Path, paths: Mapping[str, str]) -> dict[str, str]:
    return {path: (root / path).read_text(encoding="utf-8") for path in paths}
