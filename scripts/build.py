"""Fill the pages from the snippets that they show: build.py --help."""

import sys
from os.path import abspath, dirname

sys.path.insert(0, dirname(dirname(abspath(__file__))))

from maintain.build import run

sys.exit(run())
