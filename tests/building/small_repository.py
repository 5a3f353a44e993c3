"""A throw-away repository with three snippets, and what build.py makes of its pages."""

from pathlib import Path

import pytest

from fastapi_pro.paths import ROOT
from maintain import build

SCRIPT = ROOT / "scripts" / "build.py"

SNIPPETS = {
    "snippets/app/__init__.py": '"""The service."""\n',
    "snippets/app/db.py": '"""Engine and sessions."""\n\nimport os\nimport sys\n\n'
    "URL = os.sep\n\n\ndef get_db() -> str:\n    return URL\n\n\n"
    "class Repo:\n    name = sys.path\n",
    "snippets/Dockerfile": "FROM python:3.11\nRUN pip install app\n",
}

ALLOW = '[tool.fastapi-pro.unshown]\n"snippets/*" = "only for this test"\n'


class SmallRepository:
    """A throw-away repo with the snippets above, all of them allowed to be unshown."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for path, text in {**SNIPPETS, "pyproject.toml": ALLOW}.items():
            self.write(path, text)

    def write(self, path: str, text: str | bytes) -> Path:
        """Write a file below the root, bytes as they are."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return file

    def page(self, text: str | bytes) -> Path:
        """Write SKILL.md."""
        return self.write("SKILL.md", text)

    def build(self, *options: str) -> int:
        """Run the command in this process."""
        return build.main(["--root", str(self.root), *options])

    def bytes(self) -> dict[str, bytes]:
        """Return every file with its content."""
        files = (file for file in self.root.rglob("*") if file.is_file())
        return {file.relative_to(self.root).as_posix(): file.read_bytes() for file in files}


class Refused:
    """Builds a page that must be refused and returns what is printed."""

    def __init__(self, project: SmallRepository, capsys: pytest.CaptureFixture[str]) -> None:
        self.project, self.capsys = project, capsys

    def __call__(self, page: str | bytes) -> str:
        """Return the findings; a second, sound page must stay unwritten too."""
        self.project.page(page)
        self.project.write("references/sound.md", fence("python snippets/app/db.py"))
        before = self.project.bytes()
        assert self.project.build() == 1
        assert self.project.bytes() == before
        out = self.capsys.readouterr().out
        assert self.project.build("--check") == 1
        assert self.project.bytes() == before
        assert self.capsys.readouterr().out == out
        return out


def fence(info: str, content: str = "", mark: str = "```") -> str:
    """Return a fenced block with this info string."""
    return f"{mark}{info}\n{content}{mark}\n"


def filled(project: SmallRepository, info: str) -> str:
    """Return the content of the fence with this info string after a build."""
    page = project.page(fence(info))
    assert project.build() == 0
    return page.read_text().removeprefix(f"```{info}\n").removesuffix("```\n")
