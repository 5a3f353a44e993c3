"""Print the rules: rules.py --help."""

import sys
from os.path import abspath, dirname

sys.dont_write_bytecode = True  # nothing is written where the skill lies
sys.path.insert(0, dirname(dirname(abspath(__file__))))

from fastapi_pro.cli import run_script  # noqa: E402 -- the path comes first

sys.exit(run_script("rules"))
