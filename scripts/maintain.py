"""Run what only maintainers need; `maintain.py --help` lists it."""

import sys
from os.path import abspath, dirname

sys.path.insert(0, dirname(dirname(abspath(__file__))))

from maintain.commands import run

if __name__ == "__main__":  # a process that grades imports this file
    sys.exit(run())
