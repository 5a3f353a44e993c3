"""Where this project is on the web: the one place to change when it moves."""

OWNER = "fastapi-pro"
REPOSITORY = f"https://github.com/{OWNER}/fastapi-pro"
SITE = f"https://{OWNER}.github.io/fastapi-pro/"


def rule_address(slug: str) -> str:
    """Return the address of the page of a rule, or of what else is reported."""
    return f"{SITE}rules/{slug}/"
