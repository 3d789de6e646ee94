"""Who is let in, by properties of whatever is in a template: any queue, topic, table or log group.

Nothing here is a list of names, so what is added tomorrow is held to it as well.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from tests.support.assembly import Assembly

type Statement = Mapping[str, Any]

TLS = {"Bool": {"aws:SecureTransport": "false"}}


@pytest.fixture(params=["local", "dev", "prod", "listening", "guarded"])
def stage(request: pytest.FixtureRequest) -> Assembly:
    found: Assembly = request.getfixturevalue(request.param)
    return found


def statements(stage: Assembly, kind: str, of: str) -> dict[str, list[Statement]]:
    """Return what the policies of a kind say, by the URL or ARN of each thing that they are of."""
    said: dict[str, list[Statement]] = {}
    for policy in stage.resources(kind):
        for each in policy.properties[of]:
            said.setdefault(each, []).extend(policy.properties["PolicyDocument"]["Statement"])
    return said


def arn(stage: Assembly, service: str, name: str) -> str:
    return f"arn:aws:{service}:{stage.region}:{stage.account}:{name}"


def url(stage: Assembly, queue: str) -> str:
    return f"https://sqs.{stage.region}.amazonaws.com/{stage.account}/{queue}"


def allowed(said: Sequence[Statement]) -> list[Statement]:
    return [statement for statement in said if statement["Effect"] != "Deny"]


def refused_without_tls(said: Sequence[Statement], resource: str) -> set[str]:
    """Return the actions that nobody may do to a resource but over TLS."""
    return {
        action
        for statement in said
        if statement["Effect"] == "Deny"
        and statement["Principal"] in ("*", {"AWS": "*"})
        and statement["Resource"] == resource
        and statement["Condition"] == TLS
        for action in listed(statement["Action"])
    }


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def names(stage: Assembly, kind: str, key: str) -> list[str]:
    found = [str(each.properties[key]) for each in stage.resources(kind)]
    assert found
    return found


# -- queues and the topic --------------------------------------------------------------------------


def test_nobody_reaches_a_queue_but_over_tls(stage: Assembly) -> None:
    said = statements(stage, "AWS::SQS::QueuePolicy", "Queues")
    for queue in names(stage, "AWS::SQS::Queue", "QueueName"):
        assert refused_without_tls(said[url(stage, queue)], arn(stage, "sqs", queue)) == {"sqs:*"}


def test_nobody_publishes_but_over_tls_and_the_topics_policy_lets_nobody_in(
    stage: Assembly,
) -> None:
    said = statements(stage, "AWS::SNS::TopicPolicy", "Topics")
    for topic in names(stage, "AWS::SNS::Topic", "TopicName"):
        assert refused_without_tls(said[arn(stage, "sns", topic)], arn(stage, "sns", topic)) == {
            "sns:Publish"
        }
        assert allowed(said[arn(stage, "sns", topic)]) == []


def test_a_queues_policy_lets_in_sns_for_our_topic_and_nobody_else(stage: Assembly) -> None:
    (topic,) = {each.properties["TopicArn"] for each in stage.resources("AWS::SNS::Subscription")}
    said = statements(stage, "AWS::SQS::QueuePolicy", "Queues")
    for queue in names(stage, "AWS::SQS::Queue", "QueueName"):
        for statement in allowed(said[url(stage, queue)]):
            assert statement == {
                "Effect": "Allow",
                "Principal": {"Service": "sns.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": arn(stage, "sqs", queue),
                "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
            }


def test_sns_is_let_into_the_queues_that_subscribe_and_that_of_what_it_could_not_deliver(
    stage: Assembly,
) -> None:
    said = statements(stage, "AWS::SQS::QueuePolicy", "Queues")
    open_to_sns = {
        arn(stage, "sqs", queue)
        for queue in names(stage, "AWS::SQS::Queue", "QueueName")
        if allowed(said[url(stage, queue)])
    }
    subscriptions = [each.properties for each in stage.resources("AWS::SNS::Subscription")]

    assert open_to_sns == {each["Endpoint"] for each in subscriptions} | {
        each["RedrivePolicy"]["deadLetterTargetArn"] for each in subscriptions
    }


# -- what is kept ----------------------------------------------------------------------------------


def test_whatever_holds_messages_or_rows_says_how_it_is_encrypted(stage: Assembly) -> None:
    for queue in stage.resources("AWS::SQS::Queue"):
        assert queue.properties["SqsManagedSseEnabled"] is True
    for topic in stage.resources("AWS::SNS::Topic"):
        assert topic.properties["KmsMasterKeyId"] == "alias/aws/sns"
    for table in stage.resources("AWS::DynamoDB::Table"):
        assert table.properties["SSESpecification"] == {"SSEEnabled": True}


def test_every_table_can_go_back_in_time(stage: Assembly) -> None:
    for table in stage.resources("AWS::DynamoDB::Table"):
        recovery = table.properties["PointInTimeRecoverySpecification"]
        assert recovery == {"PointInTimeRecoveryEnabled": True}


def test_every_log_ends_and_whatever_writes_one_has_its_own(stage: Assembly) -> None:
    for group in stage.resources("AWS::Logs::LogGroup"):
        assert group.properties["RetentionInDays"] > 0
    for name, template in stage.stacks.items():
        resources = template["Resources"]
        groups = {key for key, each in resources.items() if each["Type"] == "AWS::Logs::LogGroup"}
        used = [
            each["Properties"]["LoggingConfig"]["LogGroup"]["Ref"]
            for each in resources.values()
            if each["Type"] == "AWS::Lambda::Function"
        ] + [
            each["Properties"]["AccessLogSettings"]["DestinationArn"]["Fn::GetAtt"][0]
            for each in resources.values()
            if each["Type"] == "AWS::ApiGatewayV2::Stage"
        ]
        assert sorted(used) == sorted(groups), name


# -- functions and roles ---------------------------------------------------------------------------


def test_whoever_may_call_a_function_does_so_for_one_api_or_rule_of_ours(stage: Assembly) -> None:
    for permission in stage.resources("AWS::Lambda::Permission"):
        assert permission.properties["Principal"] in (
            "apigateway.amazonaws.com",
            "events.amazonaws.com",
        )
        assert re.search(
            "<AWS::(ApiGatewayV2::Api|Events::Rule)", permission.properties["SourceArn"]
        )
    assert stage.resources("AWS::Lambda::Url") == []


def test_a_role_that_has_a_name_has_its_region_in_it_since_roles_are_the_accounts(
    stage: Assembly,
) -> None:
    for role in stage.resources("AWS::IAM::Role"):
        assert role.properties.get("RoleName", stage.region).endswith(stage.region)


# -- what templates tell ---------------------------------------------------------------------------


def test_a_template_names_no_account_no_secret_and_nobody(stage: Assembly) -> None:
    for name, template in stage.stacks.items():
        written = json.dumps(template)
        assert set(re.findall(r"\b[0-9]{12}\b", written)) <= {"000000000000"}, name
        assert (
            re.findall(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|sk_live_|-----BEGIN|{{resolve:", written)
            == []
        )
        assert set(re.findall(r"[\w.+-]+@[\w-]+\.\w+", written)) <= {"shop@fanfare.example"}, name


def test_a_stack_asks_for_and_tells_nothing_but_where_it_is(stage: Assembly) -> None:
    for template in stage.stacks.values():
        assert set(template.get("Parameters", {})) <= {"BootstrapVersion"}
        for output in template.get("Outputs", {}).values():
            assert set(references(output["Value"])) <= {"ApiId", "ApiEndpoint"}


def references(value: Any) -> Iterator[str]:
    """Yield what a value is made of: attributes, and resources by their kind."""
    match value:
        case {"Fn::GetAtt": [_, attribute]}:
            yield str(attribute)
        case {"Ref": _}:
            yield "ApiId"
        case _:
            raise AssertionError(value)
