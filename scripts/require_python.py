"""Refuse a Python that is too old, in words; every command imports this before all else."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 -- an older Python reads this module, too
    print("Python 3.11 or newer is needed, this is " + sys.version.split()[0], file=sys.stderr)
    sys.exit(2)
