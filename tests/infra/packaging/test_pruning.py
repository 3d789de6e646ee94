import ast
import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile, is_zipfile

import pytest
from botocore import xform_name

from infra.packaging.pruning import OPERATIONS, prune, reduced
from tests.support.assembly import ROOT, Assembly

MAKE_CLIENTS = """
import json
from functions.runtime.aws.client import client_factory
client = client_factory("eu-central-1")
print(json.dumps({
    name: client(name).meta.service_model.operation_names
    for name in ("dynamodb", "secretsmanager", "sesv2", "sns", "sqs")
}))
"""


@pytest.fixture(scope="module")
def layer(local: Assembly, tmp_path_factory: pytest.TempPathFactory) -> Path:
    (archive,) = (path for path in local.assets("fanfare-local-bus").values() if is_zipfile(path))
    folder = tmp_path_factory.mktemp("opt")
    with ZipFile(archive) as packed:
        packed.extractall(folder)
    return folder / "python"


def test_a_model_keeps_the_operations_in_use_and_all_shapes_that_they_need() -> None:
    model = {
        "metadata": {"protocol": "json"},
        "operations": {
            "Get": {"input": {"shape": "GetIn"}, "errors": [{"shape": "Gone"}]},
            "Drop": {"input": {"shape": "DropIn"}},
        },
        "shapes": {
            "GetIn": {"type": "structure", "members": {"keys": {"shape": "Keys"}}},
            "Keys": {"type": "list", "member": {"shape": "Nested"}},
            "Nested": {"type": "structure", "members": {"again": {"shape": "Keys"}}},
            "Gone": {"type": "structure", "members": {}},
            "DropIn": {"type": "structure", "members": {}},
        },
    }
    kept = reduced(model, ["Get"])
    assert set(kept["operations"]) == {"Get"}
    assert list(kept["shapes"]) == ["GetIn", "Gone", "Keys", "Nested"]
    assert kept["metadata"] == {"protocol": "json"}


def test_pruning_does_not_change_files_that_are_linked_elsewhere(tmp_path: Path) -> None:
    data = tmp_path / "packages" / "botocore" / "data"
    for service, operations in OPERATIONS.items():
        model = json.dumps({"operations": {name: {} for name in operations}, "shapes": {}})
        (data / service / "2020-01-01").mkdir(parents=True)
        packed = gzip.compress(model.encode())
        (data / service / "2020-01-01" / "service-2.json.gz").write_bytes(packed)
    cached = tmp_path / "endpoints.json"
    cached.write_text('{"partitions": [{"services": {"sqs": {}, "ec2": {}}}]}')
    (data / "endpoints.json").hardlink_to(cached)

    prune(tmp_path / "packages")

    assert json.loads((data / "endpoints.json").read_text()) == {
        "partitions": [{"services": {"sqs": {}}}]
    }
    assert "ec2" in cached.read_text()


def test_pruning_keeps_exactly_the_operations_that_the_runtime_calls() -> None:
    called = {
        node.attr
        for module in (ROOT / "functions" / "runtime" / "aws").glob("*.py")
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Attribute)
        and node.value.attr == "_client"
    }
    by_powertools = {"get_secret_value"}
    assert called | by_powertools == {
        xform_name(name) for names in OPERATIONS.values() for name in names
    }


def test_the_runtime_creates_its_clients_from_the_layer_alone(layer: Path) -> None:
    made = subprocess.run(
        [sys.executable, "-S", "-c", MAKE_CLIENTS],
        env={"PYTHONPATH": os.pathsep.join((str(layer), str(ROOT)))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.stderr == ""
    found = {name: set(names) for name, names in json.loads(made.stdout).items()}
    assert found == {name: set(names) for name, names in OPERATIONS.items()}


def test_every_module_of_the_layer_has_bytecode_that_is_not_checked_against_its_source(
    layer: Path,
) -> None:
    modules = [path for path in layer.rglob("*.py") if "templates" not in path.parts]
    assert len(modules) > 100
    for module in modules:
        cached = module.parent / "__pycache__" / f"{module.stem}.cpython-313.pyc"
        flags = int.from_bytes(cached.read_bytes()[4:8], "little")
        assert flags == 0b01, f"{module}: its bytecode would be checked against its source"


def test_the_layer_has_the_licences_of_its_packages(layer: Path) -> None:
    for about in layer.glob("*.dist-info"):
        assert [path for path in about.rglob("*") if "LICENSE" in path.name.upper()], about


def test_the_layer_has_models_of_the_services_in_use_only(layer: Path) -> None:
    folders = {path.name for path in (layer / "botocore" / "data").iterdir() if path.is_dir()}
    assert folders == set(OPERATIONS)
