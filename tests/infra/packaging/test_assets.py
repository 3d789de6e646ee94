from pathlib import Path
from zipfile import is_zipfile

import pytest

from functions.framework.service import Service
from functions.map import SERVICES
from functions.runtime.operating import package
from tests.infra.conftest import stack_of
from tests.support.assembly import ROOT, Assembly


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_a_functions_code_is_events_framework_runtime_and_its_own_folder(
    dev: Assembly, service: Service
) -> None:
    (code,) = (path for path in dev.assets(stack_of(service)).values() if path.is_dir())
    wanted = {"functions/__init__.py"}
    for folder in (
        "events",
        "functions/framework",
        "functions/runtime",
        f"functions/{service.name}",
    ):
        wanted |= {f"{folder}/{name}" for name in files(ROOT / folder)}
    left_out = (
        "events/samples/",
        "events/schemas/",
        "functions/runtime/memory/",
        "functions/runtime/operating/",
    )
    wanted = {
        name
        for name in wanted
        if "__pycache__" not in name
        and not name.startswith(left_out)
        and not name.endswith("/proof.py")
    }
    assert files(code) == wanted
    assert sorted(package.files(ROOT, service.name)) == sorted(wanted)


def test_all_stacks_have_the_same_layer_asset(dev: Assembly) -> None:
    layers = {
        name for stack in dev.stacks for name, path in dev.assets(stack).items() if is_zipfile(path)
    }
    assert len(layers) == 1


def test_a_stack_has_its_own_version_of_the_layer(dev: Assembly) -> None:
    for stack in dev.stacks:
        function = dev.only("AWS::Lambda::Function", stack)
        assert function["Layers"] == ["<AWS::Lambda::LayerVersion.Ref>"]
        dev.only("AWS::Lambda::LayerVersion", stack)


def test_each_platform_has_its_own_layer(dev: Assembly, local: Assembly) -> None:
    (ours,) = (path for path in local.assets("fanfare-local-bus").values() if is_zipfile(path))
    (lambdas,) = (path for path in dev.assets("fanfare-dev-bus").values() if is_zipfile(path))
    assert ours.name != lambdas.name
