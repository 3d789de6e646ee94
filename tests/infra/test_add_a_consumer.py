import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.support.assembly import ROOT, Assembly, cdk_context

SERVICE = '''"""Loyalty's row: a point for every order."""

from events.contracts.checkout import OrderPlaced
from functions.framework.reaction import On
from functions.framework.service import Consumer
from functions.framework.table import Table

SERVICE = Consumer(
    name="exampleloyalty",
    on=(On(event=OrderPlaced, react=lambda placed: None),),
    tables=(Table(name="points", key="customer", access=frozenset({"put"})),),
)
'''


def test_adding_a_consumer_changes_no_byte_of_other_templates_and_assets(
    dev: Assembly, tmp_path: Path
) -> None:
    tree = _copy_of_the_tree(tmp_path / "elsewhere")
    folder = tree / "functions" / "exampleloyalty"
    folder.mkdir()
    (folder / "__init__.py").write_text('"""Loyalty."""\n')
    (folder / "service.py").write_text(SERVICE)
    table = tree / "functions" / "map.py"
    rows = table.read_text()
    before, start, after = rows.partition("CONSUMERS: tuple[Consumer, ...] = (\n")
    imported = "from functions.exampleloyalty.service import SERVICE as EXAMPLE\n"
    first, found, rest = before.partition("from functions.")
    table.write_text(f"{first}{imported}{found}{rest}{start}    EXAMPLE,\n{after}")

    grown = _synthesized(tree, tmp_path / "grown")

    assert set(grown.stacks) == set(dev.stacks) | {"fanfare-dev-exampleloyalty"}
    for stack in dev.stacks:
        for kind in ("template", "assets"):
            name = f"{stack}.{kind}.json"
            assert (grown.folder / name).read_bytes() == (dev.folder / name).read_bytes(), name
        for asset, path in dev.assets(stack).items():
            assert _bytes(grown.assets(stack)[asset]) == _bytes(path)


def _copy_of_the_tree(tree: Path) -> Path:
    tree.mkdir()
    for name in ("app.py", "cdk.json"):
        shutil.copy(ROOT / name, tree)
    for name in ("events", "functions", "infra", "requirements"):
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    (tree / ".build").symlink_to(ROOT / ".build")  # the layers that are built already
    return tree


def _synthesized(tree: Path, out: Path) -> Assembly:
    subprocess.run(
        [sys.executable, "app.py"],
        cwd=tree,
        env=os.environ | {"CDK_OUTDIR": str(out), "CDK_CONTEXT_JSON": cdk_context("dev")},
        check=True,
    )
    return Assembly(out)


def _bytes(path: Path) -> dict[str, bytes]:
    if path.is_file():
        return {"": path.read_bytes()}
    return {
        each.relative_to(path).as_posix(): each.read_bytes()
        for each in path.rglob("*")
        if each.is_file()
    }
