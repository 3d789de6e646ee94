"""`python -m ops` is `fanfare`."""

import sys

from ops.cli import main

sys.exit(main())
