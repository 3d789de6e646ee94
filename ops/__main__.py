"""Entry point of `python -m ops`, the same as `fanfare`."""

import sys

from ops.main import main

sys.exit(main())
