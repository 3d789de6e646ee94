"""The layer: third-party code, one asset for all stacks and a version of it in each."""

from aws_cdk import aws_lambda as lambda_

from infra.packaging.wheels import LAYER, layer_zip
from infra.stage_stack import StageStack


class Layer(lambda_.LayerVersion):
    """A stack's own version of the layer, since a shared one could not be changed while in use."""

    def __init__(self, part: StageStack, library: str = LAYER) -> None:
        """Take the stack, and which requirements the layer is made from."""
        archive = layer_zip(part.stage.wheels, library)
        super().__init__(
            part,
            "Layer" if library == LAYER else f"{library.title()}Layer",
            code=lambda_.Code.from_asset(str(archive), asset_hash=archive.stem),
            compatible_runtimes=[lambda_.Runtime.PYTHON_3_13],
            description="Third-party code of the functions",
        )
