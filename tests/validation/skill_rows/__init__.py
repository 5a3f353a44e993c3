"""How Claude Code loads one skill: a table, each row of which is asked of the client too.

`tests/client/test_skill_rows.py` starts the newest client, and one of half a year ago, once each
with the skills of all rows; `tests/validation/test_skill_rows.py` compares the validator with them.
"""

from tests.validation.skill_rows.body import BODY
from tests.validation.skill_rows.fields import FIELDS
from tests.validation.skill_rows.front import FRONT
from tests.validation.skill_rows.globs import GLOBS
from tests.validation.skill_rows.row import Row

ROWS: list[Row] = [*FRONT, *FIELDS, *GLOBS, *BODY]
