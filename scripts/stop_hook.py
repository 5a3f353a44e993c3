"""Let the assistant go on where its changes brought faults: the plugin's Stop hook."""

import sys
from os.path import abspath, dirname

sys.dont_write_bytecode = True  # nothing is written where the skill lies
sys.path.insert(0, dirname(dirname(abspath(__file__))))

from fastapi_pro.cli.stop_hook import run  # noqa: E402 -- the path comes first

sys.exit(run())
