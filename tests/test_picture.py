"""The README's pictures are what the commands print now, and hold nothing of this machine."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from maintain import picture
from maintain.picture import CommandError, Step, draw, record

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
PICTURES = [ROOT / "docs" / name for name in ("audit.svg", "new.svg")]


def shown(file: Path) -> str:
    """Return the text of a picture, a line of the terminal a line."""
    root = ET.fromstring(file.read_text(encoding="utf-8"))  # noqa: S314 -- our own file
    lines: dict[float, str] = {}
    for element in root.iter("{http://www.w3.org/2000/svg}text"):
        if "clip-path" in element.attrib:
            y = float(element.attrib["y"])
            lines[y] = lines.get(y, "") + (element.text or "").replace("\xa0", " ").rstrip("\n")
    return "\n".join(lines[y] for y in sorted(lines))


def test_they_are_what_the_commands_print_now() -> None:
    command: list[str | Path] = [
        sys.executable,
        ROOT / "scripts" / "maintain.py",
        "picture",
        "--check",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_they_show_the_commands_of_the_readme_and_what_comes_of_them() -> None:
    audit, new = map(shown, PICTURES)
    assert "$ uvx fastapi-pro audit docs/example" in audit
    assert "4 findings in 1 file" in audit
    assert "$ uvx fastapi-pro new shop" in new
    assert "AGENTS.md" in new
    assert "no findings in" in new


@pytest.mark.parametrize("file", PICTURES, ids=lambda file: file.name)
def test_they_hold_no_path_time_or_request_to_a_server(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert str(ROOT) not in text
    assert not re.search(r"\d\.\d s\b", shown(file))
    assert "url(http" not in text
    assert "@font-face" not in text


def test_each_run_gives_the_same_bytes() -> None:
    text = record([Step("uvx fastapi-pro audit docs/example", 1)], ROOT)
    assert draw("audit", text) == draw("audit", text)


def test_a_command_that_fails_is_not_drawn(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="exits with 2"):
        record([Step("uvx fastapi-pro audit missing")], tmp_path)


@pytest.mark.parametrize("change", ["changed", "missing"])
def test_an_old_picture_is_told_and_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], change: str
) -> None:
    checkout = tmp_path / "checkout"
    for part in ("fastapi_pro", "scripts", "snippets", "docs"):
        shutil.copytree(ROOT / part, checkout / part)
    monkeypatch.setattr(picture, "ROOT", checkout)
    monkeypatch.setattr(picture, "DOCS", checkout / "docs")
    old = checkout / "docs" / "new.svg"
    if change == "missing":
        old.unlink()
    else:
        old.write_text("old")
    assert picture.main(["--check"]) == 1
    assert "docs/new.svg is not what is printed now" in capsys.readouterr().out
    assert not old.exists() or old.read_text() == "old"
    assert picture.main([]) == 0
    assert old.read_bytes() == PICTURES[1].read_bytes()
    assert picture.main(["--check"]) == 0
