"""Prune third-party code: remove files and service models that no function uses."""

import gzip
import json
import shutil
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

OPERATIONS: Mapping[str, Collection[str]] = {
    "dynamodb": ("DeleteItem", "GetItem", "PutItem", "Query", "Scan", "TransactWriteItems"),
    "secretsmanager": ("GetSecretValue",),
    "sesv2": ("SendEmail",),
    "sns": ("PublishBatch",),
    "sqs": ("ChangeMessageVisibilityBatch", "SendMessage"),
}
"""All AWS operations that the runtime uses, by botocore's name of the service."""


def prune(packages: Path) -> None:
    """Remove from a folder of installed packages all that no function uses.

    Of botocore's models only the operations in use stay: without the others, creating a client
    takes half the time. Licences and version metadata stay beside their packages.
    """
    shutil.rmtree(packages / "bin", ignore_errors=True)
    (packages / ".lock").unlink(missing_ok=True)
    for record in packages.glob("*.dist-info/RECORD"):
        record.unlink()
    data = packages / "botocore" / "data"
    if not data.is_dir():
        return
    for folder in data.iterdir():
        if folder.is_dir() and folder.name not in OPERATIONS:
            shutil.rmtree(folder)
    for service, operations in OPERATIONS.items():
        latest = max(data.glob(f"{service}/*/service-2.json.gz"))
        model = json.loads(gzip.decompress(latest.read_bytes()))
        latest.unlink()
        _write(latest.with_suffix(""), reduced(model, operations))
    endpoints = json.loads((data / "endpoints.json").read_bytes())
    for partition in endpoints["partitions"]:
        partition["services"] = {
            name: known for name, known in partition["services"].items() if name in OPERATIONS
        }
    _write(data / "endpoints.json", endpoints)


def reduced(model: Mapping[str, Any], operations: Collection[str]) -> dict[str, Any]:
    """Return a service's model reduced to these operations and the shapes that they need."""
    kept = {name: model["operations"][name] for name in operations}
    shapes: dict[str, Any] = {}
    wanted = set(_shapes(kept))
    while wanted:
        name = wanted.pop()
        shapes[name] = model["shapes"][name]
        wanted |= set(_shapes(shapes[name])) - shapes.keys()
    return {**model, "operations": kept, "shapes": dict(sorted(shapes.items()))}


def _shapes(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("shape"), str):
            yield part["shape"]
        part = list(part.values())
    if isinstance(part, list):
        for inner in part:
            yield from _shapes(inner)


def _write(path: Path, content: Any) -> None:
    path.unlink(missing_ok=True)  # the file may be a hard link, shared with other environments
    path.write_text(json.dumps(content, separators=(",", ":")), encoding="utf-8")
