"""The clients from npm, at pinned versions, each run with a home of its own."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from patience import patient
from tests.client.standin import Turn, standin

PACKAGES = (
    "node@22.23.3",
    "@anthropic-ai/claude-code@2.1.332",
    "claude-code-lint@0.5.0",
    "skills@1.7.4",
)
OLDER = ("node@22.23.3", "@anthropic-ai/claude-code@2.1.157")
"""The client of half a year ago."""
SECONDS = 120  # for one command


@dataclass(frozen=True)
class Clients:
    """Where the clients lie, and the home that they may write to."""

    bin: Path
    home: Path

    def run(
        self, *command: str | Path, cwd: Path, code: int = 0, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a client; it must exit with `code`."""
        done = subprocess.run(
            [self.bin / command[0], *command[1:]],
            cwd=cwd,
            env=self.environment() | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=patient(SECONDS),
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done

    def environment(self) -> Mapping[str, str]:
        """Return the variables of a machine on which nobody has logged in."""
        return {
            "PATH": os.pathsep.join([str(self.bin), os.environ["PATH"]]),
            "HOME": str(self.home),
            "CI": "1",
            "ANTHROPIC_API_KEY": "dummy-not-a-key",
            "ANTHROPIC_BASE_URL": "http://127.0.0.1:9",  # nobody listens
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            "DISABLE_AUTOUPDATER": "1",
            "DISABLE_TELEMETRY": "1",
        }

    def reach(self, repository: Path, *names: str) -> None:
        """Let git find a repository here where one of GitHub's is asked for."""
        config = [f'[url "file://{repository}"]']
        for name in names or ("OWNER/fastapi-pro",):
            config += [f"insteadOf = https://github.com/{name}.git"]
            config += [f"insteadOf = git@github.com:{name}.git"]
        (self.home / ".gitconfig").write_text("\n".join(config))

    def talk(
        self,
        prompt: str,
        project: Path,
        *turns: Turn,
        approved: Sequence[str] = (),
        settings: str = "{}",
        stops: int = 1,
    ) -> list[str]:
        """Let a user type the prompt; return the texts of the requests that the client made.

        A turn is permitted by what is `approved`, as rules of `--allowedTools`, or by the skill
        itself; nobody is there to ask. The assistant wants to stop `stops` times, one time more
        than a hook lets it go on.
        """
        arguments = ["--permission-mode", "acceptEdits", "--settings", settings]
        if approved:
            arguments += ["--allowedTools", ",".join(approved)]
        with standin(turns) as session:
            url = session.url
            self.run("claude", *arguments, "-p", prompt, cwd=project, ANTHROPIC_BASE_URL=url)
        assert len(session.requests) == len(turns) + stops
        return session.requests


def install(folder: Path, packages: Sequence[str] = PACKAGES) -> None:
    """Install the packages into the folder."""
    npm: Sequence[str] = ("npm", "install", "--no-fund", "--no-audit", "--no-save")
    subprocess.run(
        [*npm, *packages],
        cwd=folder, check=True, capture_output=True, text=True, timeout=patient(SECONDS),
    )  # fmt: skip


def is_missing() -> bool:
    """Say whether this machine has no npm."""
    return shutil.which("npm") is None
