"""`python -m ops.costs` writes the figures in docs/deploy.md anew."""

from ops.costs.bill import bill
from ops.costs.manual import MANUAL, ORDERS, stages, write
from ops.stage.templates import of_stage

if __name__ == "__main__":
    shown = stages(MANUAL.read_text(encoding="utf-8"))
    changed = write({stage: bill(stage, of_stage(stage), ORDERS) for stage in shown})
    print(f"{MANUAL.name}: {'written' if changed else 'as it was'}")
