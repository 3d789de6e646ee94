"""Paths in the checkout: its root, the folder of local runs, the sample order."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
STATE = ROOT / ".fanfare"
"""Where local runs, jobs and the last traceback are written; git ignores it."""

SAMPLE = ROOT / "events" / "samples" / "checkout.json"
