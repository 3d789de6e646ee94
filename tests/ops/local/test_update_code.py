"""A function gets the package on disk while its queue rests."""

import io
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from functions.map import SERVICES
from functions.runtime.operating.package import files
from ops.local.update_code import PATIENCE, package, update
from ops.paths import ROOT
from ops.stage.connection import Connection


class FakeCloud:
    """Lambda and SQS: records calls; messages are in flight at the first requests."""

    def __init__(self, in_flight: int = 0, state: str = "Enabled", kind: str = "sqs") -> None:
        self.in_flight = in_flight
        self.state = state
        self.kind = kind
        self.calls: list[str] = []
        self.error: Exception | None = None

    def list_event_source_mappings(self, *, FunctionName: str) -> dict[str, Any]:  # noqa: N803
        arn = f"arn:aws:{self.kind}:us-east-1:0:{FunctionName}.fifo"
        source = {"UUID": FunctionName, "EventSourceArn": arn, "State": self.state}
        return {"EventSourceMappings": [source]}

    def update_event_source_mapping(self, *, UUID: str, Enabled: bool) -> None:  # noqa: N803
        self.calls.append(f"{'resume' if Enabled else 'pause'} {UUID}")

    def get_queue_url(self, *, QueueName: str) -> dict[str, str]:  # noqa: N803
        return {"QueueUrl": QueueName}

    def get_queue_attributes(self, **request: Any) -> dict[str, Any]:
        assert request["QueueUrl"].endswith(".fifo")
        self.in_flight -= 1
        (name,) = request["AttributeNames"]
        return {"Attributes": {name: str(max(0, self.in_flight + 1))}}

    def update_function_code(self, *, FunctionName: str, ZipFile: bytes) -> None:  # noqa: N803
        self.calls.append(f"update {FunctionName}")
        if self.error:
            raise self.error


def run(cloud: FakeCloud, *services: str) -> float:
    """Update services and return the seconds that it waited."""
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    connection = Connection(stage="local", client=lambda _: cloud)
    update(connection, services, ROOT, clock=lambda: now[0], sleep=sleep)
    return now[0]


def test_queues_rest_until_no_message_is_in_flight() -> None:
    cloud = FakeCloud(in_flight=3)

    waited = run(cloud, "email", "payment")

    names = ("fanfare-local-email", "fanfare-local-payment")
    assert cloud.calls == [
        f"{verb} {name}" for verb in ("pause", "update", "resume") for name in names
    ]
    assert 0 < waited < PATIENCE


def test_a_message_that_takes_long_is_not_waited_for() -> None:
    cloud = FakeCloud(in_flight=1_000_000)

    assert PATIENCE <= run(cloud, "email") < PATIENCE + 1
    assert "update fanfare-local-email" in cloud.calls


@pytest.mark.parametrize(("state", "kind"), [("Disabled", "sqs"), ("Enabled", "dynamodb")])
def test_a_paused_consumer_stays_paused_and_a_stream_goes_on(state: str, kind: str) -> None:
    cloud = FakeCloud(state=state, kind=kind)

    run(cloud, "email")

    assert cloud.calls == ["update fanfare-local-email"]


def test_queues_are_resumed_after_an_error() -> None:
    cloud = FakeCloud()
    cloud.error = ValueError("no")

    with pytest.raises(ValueError, match="no"):
        run(cloud, "email")

    assert cloud.calls[-1] == "resume fanfare-local-email"


def test_hidden_files_and_bytecode_are_in_no_package(tmp_path: Path) -> None:
    folder = tmp_path / "functions" / "email"
    folder.mkdir(parents=True)
    for name in ("a.py", ".a.py.swp", "__pycache__/a.pyc"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()

    assert list(files(tmp_path, "email")) == ["functions/email/a.py"]


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_a_package_has_the_files_of_the_asset(service: Any) -> None:
    with ZipFile(io.BytesIO(package(ROOT, service.name))) as archive:
        assert sorted(archive.namelist()) == sorted(files(ROOT, service.name))
        name = f"functions/{service.name}/service.py"
        assert archive.read(name) == Path(ROOT, name).read_bytes()
