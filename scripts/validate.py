"""Check skills: validate.py --help."""

import sys
from os.path import abspath, dirname

sys.path.insert(0, dirname(dirname(abspath(__file__))))

from maintain.validate import run

sys.exit(run())
