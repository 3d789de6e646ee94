"""Paths in the checkout: its root, the folder of local runs, the sample order."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
STATE = ROOT / ".fanfare"
"""Folder for files of local runs, jobs and the last traceback; git ignores it."""

SAMPLE = ROOT / "events" / "samples" / "checkout.json"
