"""advance.py: the day and the versions move together, or not at all."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
PARTS = (
    *("pyproject.toml", "SKILL.md", "scripts/maintain.py"),
    *("fastapi_pro/__init__.py", "fastapi_pro/command_line.py", "maintain/__init__.py"),
    *("maintain/commands.py", "maintain/advance.py"),
    *("maintain/building/__init__.py", "maintain/building/atomic.py"),
)
LIMIT = re.compile(r'(?<=^exclude-newer = ")[\d-]+', re.MULTILINE)
PROVEN = re.compile(r"^Proven on ([\d-]+) with .* on Python", re.MULTILINE)
needs_uv = pytest.mark.skipif(shutil.which("uv") is None, reason="asks uv which versions there are")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What advance.py reads."""
    for name in PARTS:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def advance(checkout: Path, *arguments: str, code: int = 0) -> str:
    """Run advance.py of a checkout; return what it printed."""
    command: list[str | Path] = [
        sys.executable,
        checkout / "scripts" / "maintain.py",
        "advance",
        *arguments,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def change(file: Path, pattern: str, new: str) -> None:
    """Replace what a pattern finds in a file, which must be somewhere."""
    text, count = re.subn(pattern, new, file.read_text(), flags=re.MULTILINE)
    assert count
    file.write_text(text)


def texts(checkout: Path) -> tuple[str, str]:
    """Return both files."""
    return (checkout / "pyproject.toml").read_text(), (checkout / "SKILL.md").read_text()


def day() -> str:
    """Return the day of this repository."""
    [found] = LIMIT.findall(texts(ROOT)[0])
    return str(found)


@needs_uv
def test_the_same_day_again_changes_nothing(checkout: Path) -> None:
    """So what SKILL.md says is what uv finds for its day."""
    assert "nothing to move" in advance(checkout, day())
    assert texts(checkout) == texts(ROOT)


@needs_uv
def test_a_later_day_is_written_into_both_files_with_its_versions(checkout: Path) -> None:
    change(checkout / "pyproject.toml", LIMIT.pattern, "2025-12-31")
    change(checkout / "SKILL.md", r"^Proven on [\d-]+ with (\w+) [\d.]+,",
           r"Proven on 2025-12-31 with \1 0.1,")  # fmt: skip
    assert advance(checkout, day()) == f"2025-12-31 -> {day()}\n"
    assert texts(checkout) == texts(ROOT)


@needs_uv
def test_without_a_day_it_is_today(checkout: Path) -> None:
    today = advance(checkout).split()[-1]
    if today != "move":  # unless it is proven on this very day
        pyproject, skill = texts(checkout)
        assert LIMIT.findall(pyproject) == PROVEN.findall(skill) == [today]
        assert today > day()


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("yesterday", "is no date; write YYYY-MM-DD"),
        ("2026-13-01", "is no date; write YYYY-MM-DD"),
        ("2999-01-01", "is to come; write"),
        ("--force", "unrecognized arguments"),
    ],
)
def test_what_is_no_day_until_today_is_wrong_use(
    checkout: Path, argument: str, message: str
) -> None:
    assert message in advance(checkout, argument, code=2)


@pytest.mark.parametrize(
    ("file", "pattern", "new", "message"),
    [
        ("pyproject.toml", "^exclude-newer =", "newest =", "0 such lines where one is needed"),
        ("pyproject.toml", LIMIT.pattern, "2026-02-30", "2026-02-30: day is out of range"),
        ("SKILL.md", "^Proven on", "Seen on", "0 such lines where one is needed"),
        ("SKILL.md", "^(Proven on.*)$", r"\1\n\1", "2 such lines where one is needed"),
        ("SKILL.md", r"with fastapi ", "with django ", "django is not among the dependencies"),
        ("pyproject.toml", '"fastapi>=[^"]*"', '"fastapi>=999"', "uv finds no versions"),
    ],
)
@needs_uv
def test_what_cannot_be_moved_is_named_and_nothing_changes(
    checkout: Path, file: str, pattern: str, new: str, message: str
) -> None:
    change(checkout / file, pattern, new)
    before = texts(checkout)
    told = advance(checkout, day(), code=1)
    assert message in told
    assert "Traceback" not in told
    assert texts(checkout) == before


def test_a_file_that_is_not_utf_8_is_named(checkout: Path) -> None:
    (checkout / "SKILL.md").write_bytes(b"\xff")
    assert "SKILL.md: not UTF-8" in advance(checkout, day(), code=1)


def test_time_does_not_run_backwards(checkout: Path) -> None:
    assert f"2026-01-01 is before {day()}" in advance(checkout, "2026-01-01", code=1)
    assert texts(checkout) == texts(ROOT)


def test_without_uv_it_says_so(checkout: Path) -> None:
    command: list[str | Path] = [
        sys.executable,
        checkout / "scripts" / "maintain.py",
        "advance",
        day(),
    ]
    done = subprocess.run(command, env={"PATH": ""}, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "maintain.py advance: uv is not there; pip install uv\n"
