"""Access and protection of every queue, topic, table, log group, function and role.

The tests list no names, so they also apply to resources that are added later.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.support.assembly import Assembly

type Statement = Mapping[str, Any]

TLS = {"Bool": {"aws:SecureTransport": "false"}}


def statements(stage: Assembly, kind: str, of: str) -> dict[str, list[Statement]]:
    """Return the statements of a kind of policies, by the URL or ARN of the policies' resources."""
    found: dict[str, list[Statement]] = {}
    for policy in stage.resources(kind):
        for each in policy.properties[of]:
            found.setdefault(each, []).extend(policy.properties["PolicyDocument"]["Statement"])
    return found


def arn(stage: Assembly, service: str, name: str) -> str:
    return f"arn:aws:{service}:{stage.region}:{stage.account}:{name}"


def url(stage: Assembly, queue: str) -> str:
    return f"https://sqs.{stage.region}.amazonaws.com/{stage.account}/{queue}"


def allowed(policy: Sequence[Statement]) -> list[Statement]:
    return [statement for statement in policy if statement["Effect"] != "Deny"]


def refused_without_tls(policy: Sequence[Statement], resource: str) -> set[str]:
    """Return the actions on a resource that are denied to everyone without TLS."""
    return {
        action
        for statement in policy
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


def test_queues_require_tls(stage: Assembly) -> None:
    policies = statements(stage, "AWS::SQS::QueuePolicy", "Queues")
    for queue in names(stage, "AWS::SQS::Queue", "QueueName"):
        policy = policies[url(stage, queue)]
        assert refused_without_tls(policy, arn(stage, "sqs", queue)) == {"sqs:*"}


def test_publishing_requires_tls_and_the_topics_policy_allows_no_principal(
    stage: Assembly,
) -> None:
    policies = statements(stage, "AWS::SNS::TopicPolicy", "Topics")
    for topic in names(stage, "AWS::SNS::Topic", "TopicName"):
        topic_arn = arn(stage, "sns", topic)
        assert refused_without_tls(policies[topic_arn], topic_arn) == {"sns:Publish"}
        assert allowed(policies[topic_arn]) == []


EVENTBRIDGE = {"Service": "events.amazonaws.com"}
SENDING = {"sqs:SendMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl"}
"""What the CDK allows a rule to do with its target."""


def of_rules(stage: Assembly) -> set[str]:
    """Return the ARNs of queues that rules send to, and of what they could not."""
    targets = [
        target
        for rule in stage.resources("AWS::Events::Rule")
        for target in rule.properties["Targets"]
        if ":sqs:" in target["Arn"]
    ]
    return {target["Arn"] for target in targets} | {
        target["DeadLetterConfig"]["Arn"] for target in targets
    }


def test_a_queues_policy_allows_only_sns_for_our_topic_or_a_rule(stage: Assembly) -> None:
    (topic,) = {each.properties["TopicArn"] for each in stage.resources("AWS::SNS::Subscription")}
    policies = statements(stage, "AWS::SQS::QueuePolicy", "Queues")
    for queue in names(stage, "AWS::SQS::Queue", "QueueName"):
        for statement in allowed(policies[url(stage, queue)]):
            if statement["Principal"] == EVENTBRIDGE:
                assert arn(stage, "sqs", queue) in of_rules(stage)
                assert set(listed(statement["Action"])) <= SENDING
                assert statement["Resource"] == arn(stage, "sqs", queue)
                assert "Rule" in str(statement["Condition"]["ArnEquals"]["aws:SourceArn"])
                continue
            assert statement == {
                "Effect": "Allow",
                "Principal": {"Service": "sns.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": arn(stage, "sqs", queue),
                "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
            }


def test_sns_may_send_to_subscribed_queues_and_to_their_dead_letter_queues_only(
    stage: Assembly,
) -> None:
    policies = statements(stage, "AWS::SQS::QueuePolicy", "Queues")
    open_to_sns = {
        arn(stage, "sqs", queue)
        for queue in names(stage, "AWS::SQS::Queue", "QueueName")
        if any(each["Principal"] != EVENTBRIDGE for each in allowed(policies[url(stage, queue)]))
    }
    subscriptions = [each.properties for each in stage.resources("AWS::SNS::Subscription")]

    assert open_to_sns == {each["Endpoint"] for each in subscriptions} | {
        each["RedrivePolicy"]["deadLetterTargetArn"] for each in subscriptions
    }


# -- data ------------------------------------------------------------------------------------------


def test_queues_topics_and_tables_are_encrypted(stage: Assembly) -> None:
    for queue in stage.resources("AWS::SQS::Queue"):
        assert queue.properties["SqsManagedSseEnabled"] is True
    for topic in stage.resources("AWS::SNS::Topic"):
        assert topic.properties["KmsMasterKeyId"] == "alias/aws/sns"
    for table in stage.resources("AWS::DynamoDB::Table"):
        assert table.properties["SSESpecification"] == {"SSEEnabled": True}


def test_every_table_has_point_in_time_recovery(stage: Assembly) -> None:
    for table in stage.resources("AWS::DynamoDB::Table"):
        recovery = table.properties["PointInTimeRecoverySpecification"]
        assert recovery == {"PointInTimeRecoveryEnabled": True}


def test_every_log_group_has_a_retention_and_exactly_one_writer(stage: Assembly) -> None:
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


def test_only_our_apis_and_rules_may_invoke_functions(stage: Assembly) -> None:
    for permission in stage.resources("AWS::Lambda::Permission"):
        assert permission.properties["Principal"] in (
            "apigateway.amazonaws.com",
            "events.amazonaws.com",
        )
        assert re.search(
            "<AWS::(ApiGatewayV2::Api|Events::Rule)", permission.properties["SourceArn"]
        )
    assert stage.resources("AWS::Lambda::Url") == []


def test_a_named_role_has_the_region_in_its_name(stage: Assembly) -> None:
    for role in stage.resources("AWS::IAM::Role"):
        assert role.properties.get("RoleName", stage.region).endswith(stage.region)


# -- contents of templates -------------------------------------------------------------------------


def test_a_template_contains_no_account_no_secret_and_no_person(stage: Assembly) -> None:
    for name, template in stage.stacks.items():
        written = json.dumps(template)
        assert set(re.findall(r"\b[0-9]{12}\b", written)) <= {"000000000000"}, name
        assert (
            re.findall(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|sk_live_|-----BEGIN|{{resolve:", written)
            == []
        )
        assert set(re.findall(r"[\w.+-]+@[\w-]+\.\w+", written)) <= {"shop@fanfare.example"}, name


def test_a_stack_has_no_parameters_and_outputs_only_the_apis_place(stage: Assembly) -> None:
    for template in stage.stacks.values():
        assert set(template.get("Parameters", {})) <= {"BootstrapVersion"}
        for output in template.get("Outputs", {}).values():
            assert set(references(output["Value"])) <= {"ApiId", "ApiEndpoint"}


def references(value: Any) -> Iterator[str]:
    """Yield the attribute that an output refers to, or `ApiId` for a resource."""
    match value:
        case {"Fn::GetAtt": [_, attribute]}:
            yield str(attribute)
        case {"Ref": _}:
            yield "ApiId"
        case _:
            raise AssertionError(value)
