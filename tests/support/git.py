"""Git in a folder of a test's own, for a user who has no configuration."""

import subprocess
from pathlib import Path

AS_SOMEBODY = (
    *("-c", "user.name=test", "-c", "user.email=test@example.com"),
    *("-c", "commit.gpgSign=false"),
)
"""The options of git for one who has no name yet."""
SOMEBODY = {
    f"GIT_{role}_{part}": value
    for role in ("AUTHOR", "COMMITTER")
    for part, value in (("NAME", "test"), ("EMAIL", "test@example.com"))
}
"""The same as variables, for a command that calls git."""


def git(folder: Path, *arguments: str) -> str:
    """Return what git prints, which must exit with 0."""
    done = subprocess.run(
        ["git", *AS_SOMEBODY, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def commit_all(folder: Path, message: str = "change") -> None:
    """Commit all that is changed, and make the repository where there is none."""
    if not (folder / ".git").exists():
        git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "--all")
    git(folder, "commit", "-qm", message)
