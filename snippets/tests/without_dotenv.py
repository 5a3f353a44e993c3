"""Import this before `app.main`: tests read neither `.env` nor variables of who runs them."""

import os

from app.core.config import Settings

Settings.model_config["env_file"] = None
for name in [*os.environ]:
    # Settings take them in any case. `APP_TEST_DATABASE_URL` is for the tests.
    if name.upper().startswith("APP_") and not name.startswith("APP_TEST_"):
        del os.environ[name]
os.environ.pop("PROMETHEUS_MULTIPROC_DIR", None)
