"""Places of packaging: in a checkout, or in the wheel and the project that uses it."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
"""The folder with `events` and `functions`: the checkout, or the site-packages of the wheel."""

_SHIPPED = Path(__file__).with_name("shipped")
"""Files of the checkout's root that only the wheel has here (hatch_build.py)."""

INSTALLED = _SHIPPED.is_dir()

_FILES = _SHIPPED if INSTALLED else ROOT

LOCKS = _FILES / "requirements"

LIBRARIES = Path.cwd() / "requirements" if INSTALLED else LOCKS
"""The folder with the locks of adapters' libraries."""

CDK_SETTINGS = _FILES / "cdk.json"

CACHE = (Path.cwd() if INSTALLED else ROOT) / ".build"
"""The folder of finished layers: this project's, never the site-packages of the wheel."""
