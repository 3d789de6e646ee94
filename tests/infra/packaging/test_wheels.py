import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from zipfile import ZipFile

import pytest

from infra.packaging import pruning, wheels
from infra.packaging.wheels import LayerNotBuilt, layer_zip


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tree with its own lock, and a fake uv that installs a module and records its arguments."""
    lock = tmp_path / "requirements" / "layer.txt"
    lock.parent.mkdir()
    lock.write_text("six==1.17.0 --hash=sha256:0123\n")
    uv = tmp_path / ".tools" / "bin" / "uv"
    uv.parent.mkdir(parents=True)
    # The kernel reads no blank in the first line's path, and a checkout's folder may have one.
    python = tmp_path / "python"
    python.symlink_to(sys.executable)
    uv.write_text(
        f"#!{python}\n"
        "import pathlib, sys\n"
        "arguments = sys.argv[1:]\n"
        f"with open({str(tmp_path / 'calls')!r}, 'a') as calls:\n"
        "    print(*arguments, file=calls)\n"
        "target = pathlib.Path(arguments[arguments.index('--target') + 1])\n"
        "target.mkdir()\n"
        "(target / 'six.py').write_text('SIX = 6\\n')\n"
    )
    uv.chmod(0o755)
    monkeypatch.setattr(wheels, "ROOT", tmp_path)
    monkeypatch.setattr(wheels, "LOCKS", lock.parent)
    monkeypatch.setattr(wheels, "CACHE", tmp_path / ".build")
    monkeypatch.setattr(pruning, "prune", lambda _: None)
    return tmp_path


def calls(tree: Path) -> list[list[str]]:
    return [line.split() for line in (tree / "calls").read_text().splitlines()]


def test_the_layer_is_built_once_for_a_lock_and_a_platform(tree: Path) -> None:
    assert layer_zip(None) == layer_zip(None)
    assert layer_zip("aarch64-manylinux2014") != layer_zip(None)
    assert len(calls(tree)) == 2


def test_another_lock_makes_another_layer(tree: Path) -> None:
    before = layer_zip(None)
    (tree / "requirements" / "layer.txt").write_text("six==1.16.0 --hash=sha256:4567\n")
    assert layer_zip(None) != before


def test_another_machine_has_another_layer(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = layer_zip(None)
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    assert layer_zip(None) != before


def test_the_same_lock_makes_the_same_bytes(tree: Path) -> None:
    archive = layer_zip(None)
    first = archive.read_bytes()
    archive.unlink()
    assert layer_zip(None) == archive
    assert archive.read_bytes() == first


def test_the_layer_is_a_zip_that_lambda_unpacks_beside_its_own_python(tree: Path) -> None:
    with ZipFile(layer_zip(None)) as packed:
        assert packed.namelist() == ["python/__pycache__/six.cpython-313.pyc", "python/six.py"]
        assert {entry.date_time for entry in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_layer_has_its_bytecode_also_with_another_pycache_prefix(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", str(tree / "elsewhere"))
    with ZipFile(layer_zip(None)) as packed:
        assert "python/__pycache__/six.cpython-313.pyc" in packed.namelist()


def test_uv_installs_only_locked_wheels_and_links_no_file_of_its_cache(
    tree: Path,
) -> None:
    layer_zip("aarch64-manylinux2014")
    ((*arguments,),) = calls(tree)
    options = " ".join(arguments)
    assert "--require-hashes" in options
    assert "--only-binary :all:" in options
    assert "--link-mode copy" in options
    assert "--python-platform aarch64-manylinux2014" in options


def test_two_concurrent_builds_make_one_layer_and_leave_nothing_behind(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = Barrier(2, timeout=30)
    install = wheels._install

    def together(packages: Path, platform: str | None, lock: Path) -> None:
        both.wait()
        install(packages, platform, lock)

    monkeypatch.setattr(wheels, "_install", together)
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(layer_zip, [None, None])
    assert first == second
    assert list((tree / ".build").iterdir()) == [first]


def test_without_uv_the_error_names_the_command_to_run(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tree / ".tools" / "bin" / "uv").unlink()
    monkeypatch.setenv("PATH", str(tree))
    with pytest.raises(LayerNotBuilt, match=r"uv is missing.*Run `make setup`"):
        layer_zip(None)


def test_when_uv_fails_the_error_has_its_output_and_nothing_is_left_behind(tree: Path) -> None:
    (tree / ".tools" / "bin" / "uv").write_text("#!/bin/sh\necho 'no such host' >&2\nexit 2\n")
    with pytest.raises(LayerNotBuilt, match=r"could not fetch(.|\n)*no such host"):
        layer_zip(None)
    assert list((tree / ".build").iterdir()) == []


def test_another_python_than_the_functions_is_refused(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wheels, "PYTHON", "3.12")
    with pytest.raises(LayerNotBuilt, match=r"need Python 3\.12"):
        layer_zip(None)
