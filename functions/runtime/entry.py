"""Entry point of Lambda: the handler, built once per process at start."""

import os

from functions.runtime.main import build

handler = build(os.environ)
