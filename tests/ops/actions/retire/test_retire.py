"""`fanfare retire`: checks, drain, deletion, and a repeated command after each step."""

import json
import re
from typing import Any

import pytest

from ops.actions.retire import CONSISTENT, must_be_retirable, retire
from ops.cli.errors import CommandError, ExitCode
from ops.cli.options import Options
from tests.ops.actions.retire.conftest import NAME, TABLE, Stage
from tests.support.command_lines import parsed

pytestmark = pytest.mark.filterwarnings("ignore:Tried to parse AWS..SNS..Subscription")


def refusal(stage: Stage, match: str, **output: Any) -> ExitCode:
    with pytest.raises(CommandError, match=match) as error:
        stage.retire(**output)
    return error.value.code


def test_its_subscription_ends_its_queue_drains_and_its_stack_is_deleted(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.deploy()
    for _ in range(4):
        stage.put()
    subscribers: list[list[str]] = []

    def meanwhile() -> None:
        subscribers.append(stage.subscribers())
        stage.process()

    stage.meanwhile = meanwhile

    assert stage.retire() is ExitCode.DONE

    assert subscribers[0] == ["examplegreetings"]
    assert not stage.exists()
    output = capsys.readouterr()
    assert output.out == f"{NAME} is retired: {stage.stack} is deleted.\n"
    assert "  1 message waiting" in output.err


def test_a_queue_that_does_not_drain_is_kept_and_the_next_run_continues(stage: Stage) -> None:
    stage.deploy()
    stage.put()

    assert refusal(stage, "its stack was not deleted", wait=5.0) is ExitCode.FAILED
    assert (stage.exists(), stage.subscribers()) == (True, ["examplegreetings"])

    stage.process()
    assert stage.retire() is ExitCode.DONE
    assert not stage.exists()


def test_without_draining_it_does_not_wait(stage: Stage) -> None:
    stage.deploy()
    stage.put()

    assert stage.retire(without_draining=True) is ExitCode.DONE
    assert not stage.exists()


def test_dead_letters_stop_it_before_any_change(stage: Stage) -> None:
    stage.deploy()
    stage.put("-dlq")

    code = refusal(stage, "1 message in examplegreeting's dead-letter queue")

    assert code is ExitCode.REFUSED
    assert (stage.exists(), len(stage.subscribers())) == (True, 2)


def test_dead_letters_that_arrive_while_the_queue_drains_stop_it_too(stage: Stage) -> None:
    stage.deploy()
    stage.put()

    def die() -> None:
        stage.process()
        stage.put("-dlq")
        stage.meanwhile = lambda: None

    stage.meanwhile = die

    assert refusal(stage, "dead-letter queue") is ExitCode.REFUSED
    assert stage.exists()
    assert stage.retire(drop_dead_letters=True) is ExitCode.DONE


def test_undelivered_messages_are_reported_first_with_a_command_to_read_them(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.deploy()
    queue = stage.lose()

    with pytest.raises(CommandError, match="consent"):
        stage.retire(Options(stage="prod"))

    output = capsys.readouterr().err
    assert output.startswith(f"{queue} holds 1 message that the topic could not deliver")
    assert output.index("it may have been examplegreeting.") < output.index(
        "This retires examplegreeting for good"
    )
    (command,) = re.findall("aws sqs .*", output)
    call = parsed(command)
    assert (call.operation, call.given["VisibilityTimeout"]) == ("receive_message", "0")
    assert call.given["QueueUrl"].endswith(f"/{queue}")


def test_without_undelivered_messages_none_are_reported(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.deploy()
    queue = stage.lose()
    sqs = stage.connection.client("sqs")
    sqs.purge_queue(QueueUrl=sqs.get_queue_url(QueueName=queue)["QueueUrl"])

    assert stage.retire() is ExitCode.DONE
    assert "could not deliver" not in capsys.readouterr().err


def test_a_paused_consumer_is_resumed_until_its_queue_is_empty(stage: Stage) -> None:
    stage.deploy()
    stage.sources.state = "Disabled"

    stage.retire()

    assert stage.sources.updates == [(f"fanfare-local-{NAME}", True)]


def test_a_consumer_that_was_retired_already_is_no_error(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.deploy()
    stage.retire()

    assert stage.retire() is ExitCode.DONE
    assert "was retired already" in capsys.readouterr().out


def test_an_unknown_consumer_is_not_found(stage: Stage) -> None:
    client = stage.connection.client("cloudformation")
    empty = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})
    client.create_stack(StackName="fanfare-local-other", TemplateBody=empty)
    client.delete_stack(StackName="fanfare-local-other")

    assert refusal(stage, "no stack is named fanfare-local-examplegreeting") is ExitCode.NOT_FOUND


def test_a_consumer_with_a_row_in_the_map_is_refused() -> None:
    with pytest.raises(CommandError, match=r"email has a row in functions/map\.py") as error:
        must_be_retirable("email", keep_row=False)
    assert error.value.code is ExitCode.REFUSED
    must_be_retirable("email", keep_row=True)


def test_the_bus_is_not_a_consumer(stage: Stage) -> None:
    stage.connection.client("cloudformation").create_stack(
        StackName="fanfare-local-bus",
        TemplateBody=json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}),
    )
    with pytest.raises(CommandError, match="not the stack of a consumer"):
        retire(
            stage.connection,
            Options(),
            "bus",
            without_draining=True,
            drop_dead_letters=True,
            wait=0,
            yes=True,
        )


def test_retained_tables_are_listed(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    stage.deploy(kept=True)

    stage.retire(Options(json=True))

    assert json.loads(capsys.readouterr().out)["kept"] == [{"kind": "table", "name": TABLE}]


def test_in_an_account_it_needs_confirmation_and_waits_for_consistent_counts(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.deploy()
    stage.put()
    stage.meanwhile = stage.process

    with pytest.raises(CommandError, match="needs your consent") as error:
        stage.retire(Options(stage="prod"))
    assert error.value.code is ExitCode.REFUSED
    assert "its subscription ends, it processes 1 message, and" in capsys.readouterr().err
    assert len(stage.subscribers()) == 2

    monkeypatch.setattr("ops.actions.retire.LOCAL", "elsewhere")
    began = stage.time.now
    assert stage.retire(Options(stage="prod"), yes=True, wait=300.0) is ExitCode.DONE
    assert stage.time.now - began >= CONSISTENT


@pytest.mark.parametrize("key", ["_drain", "stacks.delete"])
def test_ctrl_c_prints_how_to_continue(
    stage: Stage,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    key: str,
) -> None:
    stage.deploy()

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(f"ops.actions.retire.{key}", interrupted)
        with pytest.raises(KeyboardInterrupt):
            stage.retire()
    assert "Run the command again to continue." in capsys.readouterr().err

    assert stage.retire() is ExitCode.DONE
