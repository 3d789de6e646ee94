"""Entry point of the CDK: build the stacks of the stage that the context names."""

import sys

from aws_cdk import App

from infra.app import build
from infra.packaging.wheels import LayerNotBuilt
from infra.stage import InvalidStage, stage_of

app = App()
try:
    build(app, stage_of(app.node.try_get_context))
except (InvalidStage, LayerNotBuilt) as error:
    sys.exit(str(error))
app.synth()
