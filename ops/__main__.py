"""`python -m ops` is `fanfare`."""

import sys

from ops.main import main

sys.exit(main())
