"""`python -m ops.costs`: write the figures in docs/deploy.md."""

from ops.costs.bill import bill
from ops.costs.manual import MANUAL, ORDERS, stages, write
from ops.stage.templates import stage_templates

if __name__ == "__main__":
    shown = stages(MANUAL.read_text(encoding="utf-8"))
    changed = write({stage: bill(stage, stage_templates(stage), ORDERS) for stage in shown})
    print(f"{MANUAL.name}: {'written' if changed else 'unchanged'}")
