"""Alarm check: the alarms have a topic, and the topic has a confirmed subscription."""

from collections.abc import Sequence

from functions import names
from ops.cli.formats import counted
from ops.doctor.check import Check, Environment
from ops.doctor.finding import Finding, ok, warning, wrong
from ops.stage.aws_errors import error_names

KEY_OF_SNS = "alias/aws/sns"
"""The account's AWS managed key for SNS. No other AWS service may use it, so not CloudWatch either.

https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
"""


def check(env: Environment) -> Sequence[Finding]:
    """Check each topic that an alarm of the templates notifies."""
    alarms = list(env.blueprint.properties("AWS::CloudWatch::Alarm"))
    topics = {
        action
        for alarm in alarms
        for action in alarm.get("AlarmActions", ())
        if isinstance(action, str)
    }
    if not topics:
        message = f"{len(alarms)} alarms have no topic: nobody is notified"
        if not env.blueprint.protected:
            return [ok(message)]
        name = f"{names.SYSTEM}-on-call"
        return [
            warning(
                f"{message}. Create a topic, subscribe to it, and set its ARN as alarm_topic=… in"
                " infra/stage.py.",
                env.aws(f"sns create-topic --name {name}"),
                _subscribe(env, f"arn:aws:sns:{env.identity.region}:{env.identity.account}:{name}"),
            )
        ]
    return [_check_topic(env, topic, len(alarms)) for topic in sorted(topics)]


def _check_topic(env: Environment, topic: str, alarms: int) -> Finding:
    region = topic.split(":")[3]
    if region != env.identity.region:
        return wrong(
            f"Alarms in {env.identity.region} cannot notify a topic in {region}: {topic}. Set"
            " alarm_topic=… in infra/stage.py to a topic of the alarms' region.",
            env.aws("sns list-topics"),
        )
    try:
        attributes = env.client("sns").get_topic_attributes(TopicArn=topic)["Attributes"]
    except Exception as error:
        if error_names(error) & {"NotFound", "NotFoundException"}:
            create = env.aws(f"sns create-topic --name {topic.rpartition(':')[2]}")
            return wrong(f"The topic {topic} does not exist.", create, _subscribe(env, topic))
        raise
    if attributes.get("KmsMasterKeyId", "").endswith(KEY_OF_SNS):
        return wrong(
            f"CloudWatch may not use the key that encrypts {topic} ({KEY_OF_SNS}): nobody would be"
            " notified. Remove the key, or use one whose policy allows cloudwatch.amazonaws.com.",
            env.aws(
                f"sns set-topic-attributes --topic-arn {topic} --attribute-name KmsMasterKeyId"
                ' --attribute-value ""'
            ),
        )
    confirmed = int(attributes["SubscriptionsConfirmed"])
    if not confirmed:
        pending = int(attributes["SubscriptionsPending"])
        found = counted(pending, "unconfirmed subscription") if pending else "no subscription"
        return wrong(
            f"{alarms} alarms go to {topic}, which has {found}: nobody would be notified.",
            _subscribe(env, topic),
        )
    return ok(f"{alarms} alarms; confirmed subscriptions of their topic: {confirmed}")


def _subscribe(env: Environment, topic: str) -> str:
    return env.aws(
        f"sns subscribe --topic-arn {topic} --protocol email"
        " --notification-endpoint on-call@example.com"
    )


CHECK = Check(
    name="alarms",
    permissions=("sns:GetTopicAttributes",),
    run=check,
    skipped_locally="the local stage notifies nobody",
)
