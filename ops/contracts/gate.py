"""Gate: conditions that the contracts must meet before a change may be published."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from events import codec
from events.contracts.upcasters import UPCASTERS, Upcaster
from events.envelope import Fact
from ops.contracts.schema import published
from ops.contracts.seals import broken, unsealed
from ops.contracts.store import EVENTS, GUIDE, ContractIssue, SchemaStore

SAMPLES = EVENTS / "samples"
UPCASTERS_FILE = "events/contracts/upcasters.py"


def issues(store: SchemaStore) -> Iterator[ContractIssue]:
    """Yield all issues of this code's contracts."""
    yield from upcaster_issues(codec.CONTRACTS, UPCASTERS)
    yield from store.issues(published())
    yield from sample_issues(codec.CONTRACTS, SAMPLES)


def upcaster_issues(
    contracts: Mapping[str, type[Fact]], earlier: Mapping[str, tuple[Upcaster, ...]]
) -> Iterator[ContractIssue]:
    """Yield an issue for each contract that lacks an upcaster to its version."""
    for name in sorted(earlier.keys() - contracts.keys()):
        yield ContractIssue(
            message=f"{name} has earlier versions in {UPCASTERS_FILE}, but no contract of today."
        )
    for name, contract in contracts.items():
        found = [step.contract.version for step in earlier.get(name, ())]
        wanted = list(range(1, contract.version))
        if found != wanted:
            yield ContractIssue(
                message=f"{name} is at version {contract.version}, so {UPCASTERS_FILE} must have"
                f" the contracts and upcasters of {wanted} and has those of {found}: see {GUIDE}."
            )


def sample_issues(contracts: Mapping[str, type[Fact]], folder: Path) -> Iterator[ContractIssue]:
    """Yield an issue for each version without a sample, and for each new or changed sample."""
    files = _samples(folder)
    for message in broken(folder, files):
        yield ContractIssue(message=message)
    for path in unsealed(folder, files):
        yield _new_sample(path)
    for name, contract in contracts.items():
        for version in range(1, contract.version + 1):
            if not (folder / f"{name}.{version}.json").exists():
                yield ContractIssue(
                    message=f"{name} {version} has no sample: write one such event, as it is"
                    f" published, into events/samples/{name}.{version}.json; then"
                    " `make contracts` seals it."
                )


def new_samples(folder: Path) -> list[Path]:
    """Return the samples that have no seal yet."""
    return unsealed(folder, _samples(folder))


def _samples(folder: Path) -> list[Path]:
    return [path for path in folder.glob("*.json") if path.name.count(".") == 2]


def _new_sample(path: Path) -> ContractIssue:
    """Return the issue of a sample without a seal, which is for good: first it must be right."""
    name, version, _ = path.name.split(".")
    try:
        event = codec.decode(path.read_bytes())
    except codec.Undecodable as error:
        return ContractIssue(message=f"{path.name} is no such event: {error}. Correct the file.")
    stated = f"{event.type} {msgspec.json.decode(path.read_bytes())['dataversion']}"
    if stated != f"{name} {version}":
        return ContractIssue(message=f"{path.name} has an event {stated}: rename the file.")
    return ContractIssue(
        message=f"{path.name} is not sealed: `make contracts` seals it, for good.", fixable=True
    )
