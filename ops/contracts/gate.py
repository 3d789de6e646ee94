"""The gate: what must be true of the contracts before a change of them may be published."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from events import codec
from events.contracts.upcasters import EARLIER, Earlier
from events.envelope import Fact
from ops.contracts.kept import EVENTS, GUIDE, Finding, Kept
from ops.contracts.schema import published
from ops.contracts.seals import broken

SAMPLES = EVENTS / "samples"
UPCASTERS = "events/contracts/upcasters.py"


def findings(kept: Kept) -> Iterator[Finding]:
    """Yield all that is wrong with the contracts of this code."""
    yield from lifting(codec.CONTRACTS, EARLIER)
    yield from kept.findings(published())
    yield from sampling(codec.CONTRACTS, SAMPLES)


def lifting(
    contracts: Mapping[str, type[Fact]], earlier: Mapping[str, tuple[Earlier, ...]]
) -> Iterator[Finding]:
    """Yield each version that nothing lifts to the next."""
    for name in sorted(earlier.keys() - contracts.keys()):
        yield Finding(says=f"{name} has earlier versions in {UPCASTERS} and none of today.")
    for name, contract in contracts.items():
        found = [step.contract.version for step in earlier.get(name, ())]
        wanted = list(range(1, contract.version))
        if found != wanted:
            yield Finding(
                says=f"{name} is at version {contract.version}, so {UPCASTERS} must have the"
                f" contracts and upcasters of {wanted} and has those of {found}: {GUIDE} says how."
            )


def sampling(contracts: Mapping[str, type[Fact]], folder: Path) -> Iterator[Finding]:
    """Yield each version without a specimen, and each specimen that is not as it was published."""
    specimens = [path for path in folder.glob("*.json") if path.name.count(".") == 2]
    remedy = "`cd events/samples && sha256sum {} >> SHA256SUMS` seals a new one."
    for says in broken(folder, specimens, remedy=remedy):
        yield Finding(says=says)
    for name, contract in contracts.items():
        for version in range(1, contract.version + 1):
            if not (folder / f"{name}.{version}.json").exists():
                yield Finding(
                    says=f"{name} {version} has no specimen: write one such event, as it is"
                    f" published, into events/samples/{name}.{version}.json and seal it."
                )
