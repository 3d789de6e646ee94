"""Names the stage and builds the stacks; nothing else."""

import sys

from aws_cdk import App

from infra.app import build
from infra.packaging.wheels import LayerNotBuilt
from infra.stage import ImpossibleStage, stage_of

app = App()
try:
    build(app, stage_of(app.node.try_get_context))
except (ImpossibleStage, LayerNotBuilt) as error:
    sys.exit(str(error))
app.synth()
