"""What Lambda imports: the handler, built once per process while the runtime starts."""

import os

from functions.runtime.main import build

handler = build(os.environ)
