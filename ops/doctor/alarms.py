"""Alarms: whether there is a topic that they go to, and somebody who hears it."""

from collections.abc import Sequence

from functions import names
from ops.doctor.case import Case, Check
from ops.doctor.finding import Finding, fine, warning, wrong
from ops.stage.aws_errors import signs

KEY_OF_SNS = "alias/aws/sns"
"""The account's key for SNS, which no other service of AWS may use, so neither CloudWatch.

https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
"""


def look(case: Case) -> Sequence[Finding]:
    """Look at each topic that an alarm of the templates tells."""
    alarms = list(case.blueprint.properties("AWS::CloudWatch::Alarm"))
    topics = {
        action
        for alarm in alarms
        for action in alarm.get("AlarmActions", ())
        if isinstance(action, str)
    }
    if not topics:
        said = f"{len(alarms)} alarms tell nobody: they are seen by who looks"
        if not case.blueprint.protected:
            return [fine(said)]
        name = f"{names.SYSTEM}-on-call"
        return [
            warning(
                f"{said}. Make a topic and subscribe to it, then name its ARN as alarm_topic=… in"
                " infra/stage.py.",
                case.aws(f"sns create-topic --name {name}"),
                _subscribe(
                    case, f"arn:aws:sns:{case.identity.region}:{case.identity.account}:{name}"
                ),
            )
        ]
    return [_topic(case, topic, len(alarms)) for topic in sorted(topics)]


def _topic(case: Case, topic: str, alarms: int) -> Finding:
    region = topic.split(":")[3]
    if region != case.identity.region:
        return wrong(
            f"Alarms in {case.identity.region} cannot tell a topic in {region}: {topic}. Name one"
            " here as alarm_topic=… in infra/stage.py.",
            case.aws("sns list-topics"),
        )
    try:
        attributes = case.client("sns").get_topic_attributes(TopicArn=topic)["Attributes"]
    except Exception as error:
        if signs(error) & {"NotFound", "NotFoundException"}:
            make = case.aws(f"sns create-topic --name {topic.rpartition(':')[2]}")
            return wrong(f"There is no topic {topic}.", make, _subscribe(case, topic))
        raise
    if attributes.get("KmsMasterKeyId", "").endswith(KEY_OF_SNS):
        return wrong(
            f"CloudWatch may not use the key that {topic} is encrypted with ({KEY_OF_SNS}): nobody"
            " would be woken. Leave it out, or take a key whose policy lets"
            " cloudwatch.amazonaws.com use it.",
            case.aws(
                f"sns set-topic-attributes --topic-arn {topic} --attribute-name KmsMasterKeyId"
                ' --attribute-value ""'
            ),
        )
    hearing = int(attributes["SubscriptionsConfirmed"])
    if not hearing:
        pending = int(attributes["SubscriptionsPending"])
        said = "has yet to confirm" if pending else "is subscribed"
        who = f"{pending} who" if pending else "nobody"
        return wrong(
            f"{alarms} alarms go to {topic}, and {who} {said}: nobody would be woken.",
            _subscribe(case, topic),
        )
    return fine(f"{alarms} alarms; confirmed subscriptions of their topic: {hearing}")


def _subscribe(case: Case, topic: str) -> str:
    return case.aws(
        f"sns subscribe --topic-arn {topic} --protocol email"
        " --notification-endpoint on-call@example.com"
    )


CHECK = Check(
    name="alarms",
    asks=("sns:GetTopicAttributes",),
    look=look,
    local="the local stage tells nobody",
)
