"""A consumer in a repository of its own, made of docs/elsewhere.md, on the local cloud of this one.

The tests build on each other: each finds the state that the one before it left.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any
from urllib.parse import urlsplit

import pytest

from events.contracts.ordering import OrderConfirmed
from events.envelope import Event
from functions import names
from functions.runtime.aws.items import to_item, to_message
from functions.runtime.settings import PACKAGE
from ops.local.samples import place, samples
from ops.paths import LOCAL_CHECKOUT, ROOT
from ops.stage import local_run
from ops.stage.local_run import LocalRun
from tests.e2e.cloud_state import changed, code_hashes, update_times
from tests.e2e.local_cloud import LocalCloud, local_cloud, wait_until
from tests.support.summary import Figure

NAME = "stamps"
STACK = names.prefixed("local", NAME)
PAGE = (ROOT / "docs" / "elsewhere.md").read_text()
BODY = samples()[0].body
PATIENCE = 60

FENCE = re.compile(r"```\w+\n(.*?)```", re.DOTALL)


class Blocks:
    """The code blocks of the page, by the names in their first lines."""

    def __init__(self) -> None:
        found = (block.partition("\n") for block in FENCE.findall(PAGE))
        self._texts: dict[str, str] = {first.removeprefix("# "): text for first, _, text in found}
        self.unused = set(self._texts)

    def take(self, name: str) -> str:
        self.unused.discard(name)
        return self._texts[name]

    def files(self) -> list[str]:
        return [name for name in self._texts if "." in name]


class Repository:
    """The other repository, with an environment that knows nothing of this one's."""

    def __init__(self, cloud: LocalCloud, path: Path) -> None:
        self.path = path
        self.blocks = Blocks()
        for name in self.blocks.files():
            file = path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(self.blocks.take(name))
        (path / NAME / "__init__.py").touch()
        foreign = ("AWS_", "FANFARE_", "PYTHON", "VIRTUAL_ENV", "PYTEST_")
        kept = {key: value for key, value in os.environ.items() if not key.startswith(foreign)}
        tools = (ROOT / ".tools" / "bin", ROOT / ".venv" / "bin", Path(sys.base_prefix) / "bin")
        self.environ = kept | {
            "PATH": os.pathsep.join((*map(str, tools), os.environ["PATH"])),
            "CDK_HOME": str(cloud.folder / "cdk"),
            "CDK_DISABLE_CLI_TELEMETRY": "true",
        }

    def sh(self, script: str, **variables: str) -> str:
        """Run a script in it and return what it prints."""
        done = subprocess.run(
            ["sh", "-ec", script],
            cwd=self.path,
            env=self.environ | variables,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def command(self, verb: str) -> str:
        """Return the documented command line with a verb, such as `replay`."""
        lines = self.blocks.take("operate").splitlines()
        (line,) = (line for line in lines if line.split()[1] == verb)
        return line


@pytest.fixture(scope="module")
def cloud() -> Iterator[LocalCloud]:
    with local_cloud() as made:
        port = urlsplit(made.api).port
        assert port is not None
        me = LocalRun(port=port, pid=os.getpid(), began=time.time(), api=made.api)
        local_run.register(me, made.folder / ".fanfare")
        yield made


@pytest.fixture(scope="module")
def repository(cloud: LocalCloud) -> Repository:
    return Repository(cloud, cloud.folder / "elsewhere")


@pytest.fixture(scope="module")
def before(cloud: LocalCloud) -> Mapping[str, Any]:
    """All that a deployment could change in this repository's stacks."""
    return state(cloud)


def state(cloud: LocalCloud) -> dict[str, Any]:
    """Return templates and times of updates, hashes of code, synthesized templates and assets."""
    client = cloud.connection.client("cloudformation")
    stacks = update_times(cloud.connection)
    out = cloud.folder / "cdk.out"
    made = [*out.glob("*.template.json"), *out.glob("*.assets.json"), *out.glob("asset.*/**/*")]
    return (
        {f"{name}.updated": when for name, when in stacks.items()}
        | {name: client.get_template(StackName=name)["TemplateBody"] for name in stacks}
        | {f"{name}.code": code for name, code in code_hashes(cloud.connection).items()}
        | {str(path): path.read_bytes() for path in made if path.is_file()}
    )


ADDED = {STACK, f"{STACK}.updated", f"{STACK}.code"}


def cards(cloud: LocalCloud) -> set[str]:
    """Return the orders that have a stamp."""
    table = names.own_table("local", NAME, "cards")
    items = cloud.connection.client("dynamodb").scan(TableName=table)["Items"]
    return {item["order"]["S"] for item in items}


def confirmed(cloud: LocalCloud) -> tuple[str, Event[Any]]:
    """Place an order and return it once it is confirmed, with that event."""
    order = place(cloud.api, BODY)
    wait_until(lambda: cloud.history(order).states(OrderConfirmed), PATIENCE, f"{order} confirmed")
    event = cloud.history(order).find(OrderConfirmed)
    assert event is not None
    return order, event


def stamped(cloud: LocalCloud, order: str) -> None:
    wait_until(lambda: order in cards(cloud), PATIENCE, f"{order} has a stamp")


@contextmanager
def reading(command: list[str], cwd: Path, environ: Mapping[str, str]) -> Iterator[Any]:
    """Yield a running command's process; Ctrl-C ends it, and a signal if it prints too little."""
    process = subprocess.Popen(
        command, cwd=cwd, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    silent = Timer(PATIENCE, process.kill)
    silent.start()
    try:
        yield process
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)
    finally:
        silent.cancel()
        if process.poll() is None:
            process.kill()
            process.communicate()


def test_its_own_tests_pass_with_the_wheel_in_its_own_environment(
    repository: Repository, figure: Figure
) -> None:
    began = time.monotonic()

    output = repository.sh(repository.blocks.take("setup"), **{LOCAL_CHECKOUT: str(ROOT)})

    figure("seconds for wheel, environment and tests", round(time.monotonic() - began))
    assert "1 passed" in output
    site = repository.sh(".venv/bin/python -c 'import infra; print(infra.__file__)'")
    assert site.startswith(str(repository.path / ".venv"))


def test_it_is_deployed_and_receives_events_without_a_change_of_another_stack(
    cloud: LocalCloud, repository: Repository, before: Mapping[str, Any]
) -> None:
    past, _ = confirmed(cloud)
    script = repository.blocks.take("local")
    for documented, actual in (
        ("~/fanfare", cloud.folder),
        (":4566", f":{urlsplit(cloud.api).port}"),
    ):
        assert documented in script
        script = script.replace(documented, str(actual))

    repository.sh(script)

    repository.environ[LOCAL_CHECKOUT] = str(cloud.folder)
    assert changed(before, state(cloud)) == ADDED
    function = cloud.connection.client("lambda").get_function_configuration(FunctionName=STACK)
    assert function["Environment"]["Variables"][PACKAGE] == NAME
    order, _ = confirmed(cloud)
    stamped(cloud, order)
    assert past not in cards(cloud)


def test_it_is_sent_the_past(cloud: LocalCloud, repository: Repository) -> None:
    assert len(cards(cloud)) == 1

    repository.sh(repository.command("replay"))

    wait_until(lambda: len(cards(cloud)) == 2, PATIENCE, "both orders have a stamp")


def test_it_is_paused_and_catches_up(cloud: LocalCloud, repository: Repository) -> None:
    assert "stamps is paused" in repository.sh(repository.command("pause"))
    order, _ = confirmed(cloud)
    url = cloud.connection.client("sqs").get_queue_url(QueueName=STACK)["QueueUrl"]
    waiting = {"QueueUrl": url, "AttributeNames": ["ApproximateNumberOfMessages"]}
    queue = cloud.connection.client("sqs")
    wait_until(
        lambda: "1" in queue.get_queue_attributes(**waiting)["Attributes"].values(), 30, "it waits"
    )
    assert order not in cards(cloud)

    assert "stamps is resumed" in repository.sh(repository.command("resume"))

    stamped(cloud, order)


def test_its_log_lines_are_shown(cloud: LocalCloud, repository: Repository) -> None:
    order, _ = confirmed(cloud)
    stamped(cloud, order)
    words = [*repository.command("tail").split(), "--since", "10m"]
    with reading(words, repository.path, repository.environ) as shown:
        assert any(order[:4] in line and NAME in line for line in shown.stdout)


def test_a_plain_script_receives_each_event_once_until_it_is_ended(
    cloud: LocalCloud, repository: Repository
) -> None:
    repository.blocks.take("hear.py")
    sns, sqs = (cloud.connection.client(name) for name in ("sns", "sqs"))
    (topic,) = (
        each["TopicArn"]
        for each in sns.list_topics()["Topics"]
        if each["TopicArn"].endswith(names.topic("local"))
    )
    command = [sys.executable, "hear.py", topic, "my-stamps"]
    with reading(command, repository.path, os.environ) as heard:
        assert heard.stdout.readline() == "subscribed\n"
        _, first = confirmed(cloud)
        assert heard.stdout.readline() == f"OrderConfirmed {first.id}\n"
        url = sqs.get_queue_url(QueueName="my-stamps")["QueueUrl"]
        sqs.send_message(QueueUrl=url, MessageBody=to_message(to_item(first)).body.decode())
        _, second = confirmed(cloud)
        assert heard.stdout.readline() == f"OrderConfirmed {second.id}\n"

    assert heard.returncode == 0
    left = json.dumps([sns.list_subscriptions()["Subscriptions"], sqs.list_queues()["QueueUrls"]])
    assert ("my-stamps" in left, NAME in left) == (False, True)


def test_a_deployment_of_this_repository_changes_nothing_and_keeps_it(
    cloud: LocalCloud, before: Mapping[str, Any]
) -> None:
    cloud.deploy(ROOT)

    assert changed(before, state(cloud)) == ADDED


def test_it_is_retired(
    cloud: LocalCloud, repository: Repository, before: Mapping[str, Any]
) -> None:
    output = repository.sh(repository.command("retire"))

    assert f"stamps is retired: {STACK} is deleted." in output
    assert changed(before, state(cloud)) == set()


def test_every_block_of_the_page_was_used(repository: Repository) -> None:
    assert repository.blocks.unused == set()
