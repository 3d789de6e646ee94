"""Paths: the checkout's root, the folder of files that commands write, the sample order."""

import os
from pathlib import Path

ROOT = Path(__file__).parents[1]

IN_CHECKOUT = (ROOT / "pyproject.toml").is_file()
"""Whether this is a checkout, and not a wheel in another project's environment."""

STATE = (ROOT if IN_CHECKOUT else Path.cwd()) / ".fanfare"
"""Folder for files of local runs, jobs and the last traceback; git ignores it."""

LOCAL_CHECKOUT = "FANFARE_LOCAL"
"""The variable that names the checkout whose local run other folders use."""

LOCAL_RUNS = Path(os.environ.get(LOCAL_CHECKOUT) or STATE.parent).expanduser() / STATE.name
"""Folder in which commands look for local runs."""

SAMPLE = ROOT / "events" / "samples" / "checkout.json"
