"""The samples in events/samples: one of every type and version ever published."""

import json
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from events import codec

SAMPLES = Path(codec.__file__).with_name("samples")
SCHEMAS = SAMPLES.with_name("schemas")
FORMATS = Draft202012Validator.FORMAT_CHECKER
SAMPLE_FILES = sorted(p for p in SAMPLES.glob("*.json") if re.fullmatch(r"\w+\.\d+\.json", p.name))
SUMS = {
    name: digest
    for digest, name in (line.split() for line in (SAMPLES / "SHA256SUMS").read_text().splitlines())
}
CURRENT = [f"{name}.{contract.version}.json" for name, contract in codec.CONTRACTS.items()]
ALL_VERSIONS = [
    f"{name}.{version}.json"
    for name, contract in codec.CONTRACTS.items()
    for version in range(1, contract.version + 1)
]


@pytest.mark.parametrize("name", ALL_VERSIONS)
def test_every_version_of_every_contract_has_a_sample(name: str) -> None:
    assert name in {path.name for path in SAMPLE_FILES}, (
        f"events/samples/{name} is missing: write one such event, as it is published, into that"
        " file; then `make contracts` seals it and stores the schema"
    )


@pytest.mark.parametrize("path", SAMPLE_FILES, ids=lambda path: path.name)
def test_a_sample_decodes_to_the_type_in_its_name(path: Path) -> None:
    event = codec.decode(path.read_bytes())

    assert path.name.startswith(f"{event.type}.")
    assert type(event.data) is codec.CONTRACTS[event.type]


@pytest.mark.parametrize("name", CURRENT)
def test_a_sample_loses_nothing_when_it_is_decoded_and_encoded(name: str) -> None:
    raw = (SAMPLES / name).read_bytes()

    assert holds(json.loads(codec.encode(codec.decode(raw))), json.loads(raw))


def holds(whole: Any, part: Any) -> bool:
    """Return whether `part` is in `whole`, which may have further fields."""
    match part:
        case dict():
            return all(name in whole and holds(whole[name], part[name]) for name in part)
        case list():
            return len(whole) == len(part) and all(map(holds, whole, part))
    return bool(whole == part)


@pytest.mark.parametrize("path", SAMPLE_FILES, ids=lambda path: path.name)
def test_a_sample_is_never_edited(path: Path) -> None:
    assert path.name in SUMS, f"events/samples/{path.name} is not sealed: `make contracts` seals it"
    assert sha256(path.read_bytes()).hexdigest() == SUMS[path.name], (
        f"{path.name} was published in this form and such events are in logs of running systems:"
        " restore it; a breaking change is a new dataversion with a sample of its own"
    )


def test_no_sample_was_ever_removed() -> None:
    assert set(SUMS) == {path.name for path in SAMPLE_FILES}


def validator(name: str) -> Draft202012Validator:
    """Return the stored schema of a type and version as a validator, with its latest additions."""
    additions = sorted(int(p.stem.rpartition(".")[2]) for p in SCHEMAS.glob(f"{name}.*.json"))
    latest = f"{name}.{additions[-1]}.json" if additions else f"{name}.json"
    path = SCHEMAS / latest
    assert path.exists(), f"events/schemas/{latest} is missing: `make contracts` stores it"
    schema = json.loads(path.read_bytes())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=FORMATS)


@pytest.mark.parametrize("path", SAMPLE_FILES, ids=lambda path: path.name)
def test_a_sample_is_valid_by_the_schemas_that_were_published_with_it(path: Path) -> None:
    event = json.loads(path.read_bytes())
    data = event.pop("data")

    validator(path.stem).validate(data)
    validator("Envelope.1").validate(event)


@pytest.mark.parametrize("path", SAMPLE_FILES, ids=lambda path: path.name)
def test_a_schema_rejects_a_sample_without_a_required_field(path: Path) -> None:
    data = json.loads(path.read_bytes())["data"]
    schema = validator(path.stem)

    assert isinstance(schema.schema, dict)
    for name in schema.schema["required"]:
        assert not schema.is_valid({key: data[key] for key in data if key != name}), name
    assert not schema.is_valid("text")
