"""Base class of a stage's stacks: `fanfare-<stage>-<part>`, linked by names only."""

from aws_cdk import CliCredentialsStackSynthesizer, DefaultStackSynthesizer, Environment, Stack
from constructs import Construct

from functions import names
from infra.stage import Stage


class StageStack(Stack):
    """A stack of a stage with its name, place and tags, and the ARNs of the bus's resources.

    `description` is a sentence for the console.
    """

    def __init__(self, scope: Construct, part: str, *, stage: Stage, description: str) -> None:
        name = names.prefixed(stage.name, part)
        super().__init__(
            scope,
            name,
            stack_name=name,
            description=f"Fanfare {stage.name}: {description}",
            env=Environment(account=stage.account, region=stage.region),
            synthesizer=DefaultStackSynthesizer()
            if stage.bootstrapped
            else CliCredentialsStackSynthesizer(),
            termination_protection=stage.protected,
            tags={"system": names.SYSTEM, "stage": stage.name},
        )
        self.stage = stage

    @property
    def log_arn(self) -> str:
        """The ARN of the log, derived from its name."""
        return self.table_arn(names.log_table(self.stage.name))

    def table_arn(self, name: str) -> str:
        """Return the ARN of a table, derived from its name."""
        return self.format_arn(service="dynamodb", resource="table", resource_name=name)

    @property
    def topic_arn(self) -> str:
        """The ARN of the topic, derived from its name."""
        return self.format_arn(service="sns", resource=names.topic(self.stage.name))

    @property
    def undelivered_arn(self) -> str:
        """The ARN of the queue for undelivered messages of the topic, derived from its name."""
        return self.format_arn(service="sqs", resource=names.undelivered(self.stage.name))
