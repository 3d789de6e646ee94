"""A part of a stage: one stack, `fanfare-<stage>-<part>`, that shares names and nothing else."""

from aws_cdk import CliCredentialsStackSynthesizer, DefaultStackSynthesizer, Environment, Stack
from constructs import Construct

from functions import names
from infra.stage import Stage


class StageStack(Stack):
    """What all stacks of a stage have: a name, a place, tags, and the bus by its names."""

    def __init__(self, scope: Construct, part: str, *, stage: Stage, description: str) -> None:
        """Take the app, the part's name, the stage, and a sentence for the console."""
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
        """The ARN of the log, made from its name."""
        return self.table_arn(names.log_table(self.stage.name))

    def table_arn(self, name: str) -> str:
        """Return the ARN of a table, made from its name."""
        return self.format_arn(service="dynamodb", resource="table", resource_name=name)

    @property
    def topic_arn(self) -> str:
        """The ARN of the topic, made from its name."""
        return self.format_arn(service="sns", resource=names.topic(self.stage.name))

    @property
    def undelivered_arn(self) -> str:
        """The ARN of the queue for what the topic could not deliver, made from its name."""
        return self.format_arn(service="sqs", resource=names.undelivered(self.stage.name))
