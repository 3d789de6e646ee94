"""Layer of third-party code: one asset for all stacks, and a layer version in each."""

from aws_cdk import aws_lambda as lambda_

from infra.packaging.wheels import LAYER, layer_zip
from infra.stage_stack import StageStack


class Layer(lambda_.LayerVersion):
    """A stack's own layer version; a shared one could not be changed while in use.

    `library` names the requirements that the layer is built from.
    """

    def __init__(self, stack: StageStack, library: str = LAYER) -> None:
        archive = layer_zip(stack.stage.wheels, library)
        super().__init__(
            stack,
            "Layer" if library == LAYER else f"{library.title()}Layer",
            code=lambda_.Code.from_asset(str(archive), asset_hash=archive.stem),
            compatible_runtimes=[lambda_.Runtime.PYTHON_3_13],
            description="Third-party code of the functions",
        )
