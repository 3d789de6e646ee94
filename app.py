"""Names the stage and builds the stacks; nothing else."""

import sys

from aws_cdk import App

from infra.app import build
from infra.stage import DEFAULT, ImpossibleStage, stage_named
from infra.wheels import LayerNotBuilt

app = App()
try:
    build(app, stage_named(app.node.try_get_context("stage") or DEFAULT))
except (ImpossibleStage, LayerNotBuilt) as error:
    sys.exit(str(error))
app.synth()
