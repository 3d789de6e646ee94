"""The wheel, as another repository installs it."""

import subprocess
import sys
from email.parser import BytesHeaderParser
from zipfile import ZipFile

import pytest

from functions.map import SERVICES
from infra.packaging import places
from tests.support.assembly import ROOT

SHIPPED = "infra/packaging/shipped"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> ZipFile:
    out = tmp_path_factory.mktemp("wheel")
    command = (sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out))
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (made,) = out.iterdir()
    return ZipFile(made)


def test_the_wheel_has_every_package_with_its_files(wheel: ZipFile) -> None:
    packages = ("events", "functions", "infra", "ops", "simulation", "testkit")
    wanted = {
        path.relative_to(ROOT).as_posix()
        for package in packages
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }

    assert wanted <= set(wheel.namelist())
    assert {f"functions/{each.name}/service.py" for each in SERVICES} <= wanted
    assert not any(name.startswith("tests/") for name in wheel.namelist())


@pytest.mark.parametrize("file", ["cdk.json", "requirements/layer.txt"])
def test_the_wheel_has_the_files_of_the_root_that_packaging_reads(
    wheel: ZipFile, file: str
) -> None:
    assert wheel.read(f"{SHIPPED}/{file}") == (ROOT / file).read_bytes()
    assert not (ROOT / SHIPPED).exists()


def test_the_wheel_requires_what_layer_and_project_name_in_their_versions(wheel: ZipFile) -> None:
    (metadata,) = (name for name in wheel.namelist() if name.endswith("METADATA"))
    required = BytesHeaderParser().parsebytes(wheel.read(metadata)).get_all("Requires-Dist")

    assert required is not None
    assert {"msgspec", "botocore", "aws-cdk-lib", "cyclopts"} <= {
        line.partition("==")[0] for line in required
    }
    named = "\n".join(
        (ROOT / "requirements" / name).read_text() for name in ("layer.in", "project.in")
    )
    assert all(f"\n{line}" in named for line in required)
    assert all(stays_out not in named for stays_out in ("pytest", "moto"))


def test_the_wheel_has_the_command(wheel: ZipFile) -> None:
    (points,) = (name for name in wheel.namelist() if name.endswith("entry_points.txt"))

    assert "fanfare = ops.main:main" in wheel.read(points).decode()


def test_a_checkout_uses_its_own_root() -> None:
    assert not places.INSTALLED
    assert (places.ROOT, places.LOCKS) == (ROOT, ROOT / "requirements")
    assert places.CACHE == ROOT / ".build"
