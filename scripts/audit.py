"""Find the rules broken in a FastAPI code base: audit.py --help."""

import sys
from os.path import abspath, dirname

sys.dont_write_bytecode = True  # nothing is written where the skill lies
sys.path.insert(0, dirname(dirname(abspath(__file__))))

from fastapi_pro import bytecode  # noqa: E402 -- the path comes first

bytecode.keep()

from fastapi_pro.cli import run_script  # noqa: E402 -- what it imports is kept
from fastapi_pro.command_line import leave  # noqa: E402 -- as above

if __name__ == "__main__":  # without fork, as on Windows, each process of its own loads this file
    leave(run_script("audit"))
