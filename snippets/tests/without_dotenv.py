"""Import this before `app.main`: tests do not read the `.env` of who runs them."""

from app.core.config import Settings

Settings.model_config["env_file"] = None
