"""A consumer is retired: told first, drained, looked into, deleted; and any of it twice."""

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


def refusal(stage: Stage, match: str, **said: Any) -> ExitCode:
    with pytest.raises(CommandError, match=match) as trouble:
        stage.retire(**said)
    return trouble.value.code


def test_it_hears_nothing_new_is_drained_and_is_gone(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.deploy()
    for _ in range(4):
        stage.put()
    heard: list[list[str]] = []

    def meanwhile() -> None:
        heard.append(stage.subscribers())
        stage.work_off()

    stage.meanwhile = meanwhile

    assert stage.retire() is ExitCode.DONE

    assert heard[0] == ["greetings"]
    assert not stage.there()
    said = capsys.readouterr()
    assert said.out == f"{NAME} is retired: {stage.stack} is gone.\n"
    assert "  1 message waiting" in said.err


def test_what_does_not_drain_is_not_deleted_and_the_same_again_goes_on(stage: Stage) -> None:
    stage.deploy()
    stage.put()

    assert refusal(stage, "its stack was not deleted", wait=5.0) is ExitCode.FAILED
    assert (stage.there(), stage.subscribers()) == (True, ["greetings"])

    stage.work_off()
    assert stage.retire() is ExitCode.DONE
    assert not stage.there()


def test_who_is_told_to_need_not_wait(stage: Stage) -> None:
    stage.deploy()
    stage.put()

    assert stage.retire(without_draining=True) is ExitCode.DONE
    assert not stage.there()


def test_dead_letters_are_in_the_way_before_anything_is_changed(stage: Stage) -> None:
    stage.deploy()
    stage.put("-dlq")

    code = refusal(stage, "1 message in greeting's dead-letter queue")

    assert code is ExitCode.REFUSED
    assert (stage.there(), len(stage.subscribers())) == (True, 2)


def test_what_dies_while_the_queue_is_drained_is_in_the_way_too(stage: Stage) -> None:
    stage.deploy()
    stage.put()

    def die() -> None:
        stage.work_off()
        stage.put("-dlq")
        stage.meanwhile = lambda: None

    stage.meanwhile = die

    assert refusal(stage, "dead-letter queue") is ExitCode.REFUSED
    assert stage.there()
    assert stage.retire(drop_dead_letters=True) is ExitCode.DONE


def test_what_the_topic_could_not_deliver_is_told_beforehand_with_the_way_to_look_at_it(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.deploy()
    queue = stage.lose()

    with pytest.raises(CommandError, match="consent"):
        stage.retire(Options(stage="prod"))

    said = capsys.readouterr().err
    assert said.startswith(f"{queue} holds 1 message that the topic could not deliver")
    assert said.index("it may have been greeting's") < said.index("This retires greeting for good")
    (command,) = re.findall("aws sqs .*", said)
    call = parsed(command)
    assert (call.operation, call.given["VisibilityTimeout"]) == ("receive_message", "0")
    assert call.given["QueueUrl"].endswith(f"/{queue}")


def test_where_all_was_delivered_nothing_is_told_of_it(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.deploy()
    queue = stage.lose()
    sqs = stage.connection.client("sqs")
    sqs.purge_queue(QueueUrl=sqs.get_queue_url(QueueName=queue)["QueueUrl"])

    assert stage.retire() is ExitCode.DONE
    assert "could not deliver" not in capsys.readouterr().err


def test_one_that_was_paused_works_again_until_its_queue_is_empty(stage: Stage) -> None:
    stage.deploy()
    stage.sources.state = "Disabled"

    stage.retire()

    assert stage.sources.updates == [(f"fanfare-local-{NAME}", True)]


def test_it_is_retired_once_and_to_say_so_again_is_no_mistake(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.deploy()
    stage.retire()

    assert stage.retire() is ExitCode.DONE
    assert "was retired already" in capsys.readouterr().out


def test_who_was_never_there_is_not_found(stage: Stage) -> None:
    client = stage.connection.client("cloudformation")
    empty = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})
    client.create_stack(StackName="fanfare-local-other", TemplateBody=empty)
    client.delete_stack(StackName="fanfare-local-other")

    assert refusal(stage, "its stack would be fanfare-local-greeting") is ExitCode.NOT_FOUND


def test_a_row_in_the_map_would_bring_it_back() -> None:
    with pytest.raises(CommandError, match=r"email has its row in functions/map\.py") as trouble:
        must_be_retirable("email", keep_row=False)
    assert trouble.value.code is ExitCode.REFUSED
    must_be_retirable("email", keep_row=True)


def test_the_bus_is_no_consumer(stage: Stage) -> None:
    stage.connection.client("cloudformation").create_stack(
        StackName="fanfare-local-bus",
        TemplateBody=json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}),
    )
    with pytest.raises(CommandError, match="no consumer's stack"):
        retire(
            stage.connection,
            Options(),
            "bus",
            without_draining=True,
            drop_dead_letters=True,
            wait=0,
            yes=True,
        )


def test_tables_that_outlive_it_are_named(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    stage.deploy(kept=True)

    stage.retire(Options(json=True))

    assert json.loads(capsys.readouterr().out)["kept"] == [{"kind": "table", "name": TABLE}]


def test_on_an_account_it_needs_consent_and_counts_are_believed_after_a_minute(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.deploy()
    stage.put()
    stage.meanwhile = stage.work_off

    with pytest.raises(CommandError, match="needs your consent") as trouble:
        stage.retire(Options(stage="prod"))
    assert trouble.value.code is ExitCode.REFUSED
    assert "it hears nothing new, works off 1 message, and" in capsys.readouterr().err
    assert len(stage.subscribers()) == 2

    monkeypatch.setattr("ops.actions.retire.LOCAL", "elsewhere")
    began = stage.time.now
    assert stage.retire(Options(stage="prod"), yes=True, wait=300.0) is ExitCode.DONE
    assert stage.time.now - began >= CONSISTENT


@pytest.mark.parametrize("key", ["_drain", "stacks.delete"])
def test_ctrl_c_says_that_the_same_again_goes_on(
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
    assert "Say the same again to go on." in capsys.readouterr().err

    assert stage.retire() is ExitCode.DONE
