"""Run fastapi-pro as `python -m fastapi_pro`, or another Python's as the path of this file."""

import sys
from os.path import abspath, dirname

sys.dont_write_bytecode = True  # nothing is written where the package lies
sys.path.append(dirname(dirname(abspath(__file__))))  # last: a wheel has packages of others there

from fastapi_pro.cli import main  # noqa: E402 -- the path comes first

if __name__ == "__main__":
    sys.exit(main())
