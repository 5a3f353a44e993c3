"""What runs at a user's, on the standard library alone: audit, new projects, installer."""

import sys

__version__ = "0.2.0"

if sys.version_info < (3, 11):  # noqa: UP036 -- an older Python reads this file, too
    print("Python 3.11 or newer is needed, this is " + sys.version.split()[0], file=sys.stderr)
    sys.exit(2)
