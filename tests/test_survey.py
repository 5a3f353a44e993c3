"""survey.py: which blocks count, when one has run, and what a wrong call is told."""

import json
import re
import shutil
import sys
import time
import tomllib
from pathlib import Path

import pytest

from maintain import survey
from maintain.surveying.running import isolation, why_not_compiled, why_not_run
from maintain.surveying.skills import SurveyError, import_path, read_pages, read_sources
from maintain.surveying.topics import TOPICS, shown

ROOT = Path(__file__).parents[1]
PYTHON = Path(sys.executable)
ISOLATED = isolation()
SKILL = """\
---
name: other
---
```python
from app.settings import NAME
print(NAME)
```
```py
missing
```
```Python
def (
```
```bash
rm file
```
```
no language
```
"""


@pytest.fixture
def skill(tmp_path: Path) -> Path:
    """A skill of another, with a module of its own, a page, and one that is no page of it."""
    folder = tmp_path / "other"
    for name, text in {
        "SKILL.md": SKILL,
        "references/deep/more.md": "```python3\nimport os\n```\n",
        "README.md": "```python\nno page\n```\n",
        "assets/app/__init__.py": "",
        "assets/app/settings.py": "NAME = 'shop'\n",
        ".venv/x.py": "",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def run(code: str, seconds: float = 20) -> str:
    """Run a program alone; return why it did not."""
    return why_not_run(code, PYTHON, [], ISOLATED, seconds)


def test_the_python_blocks_of_skill_md_and_its_references_count(skill: Path) -> None:
    blocks = read_pages(skill).python
    assert [block.split("\n")[0] for block in blocks] == [
        "from app.settings import NAME", "missing", "def (", "import os",
    ]  # fmt: skip


def test_a_guide_is_one_file(skill: Path) -> None:
    assert read_pages(skill / "README.md").python == ["no page\n"]
    assert import_path(skill / "README.md") == []


def test_a_skills_own_packages_are_importable_and_nothing_hidden(skill: Path) -> None:
    assert import_path(skill) == [skill / "assets"]


def test_a_skill_is_measured_block_by_block(skill: Path) -> None:
    measured = survey.measure(skill, PYTHON, ISOLATED)
    assert {key: measured[key] for key in ("blocks", "compile", "run", "not_run")} == {
        "blocks": 4,
        "compile": 3,
        "run": 2,
        "not_run": {"NameError": 1, "SyntaxError": 1},
    }
    assert measured["tokens"] == len(SKILL) // 4
    assert measured["tokens_all"] > measured["tokens"]


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("", ""),
        ("import missing_module", "ModuleNotFoundError"),
        ("raise SystemExit", ""),
        ("raise SystemExit(3)", "exit code 3"),
        ("class Strange(Exception): ...\nraise Strange('a: b')", "Strange"),
        ("class Silent(Exception): ...\nraise Silent", "Silent"),
        ("raise ValueError('2 errors\\nNAME\\n  missing\\nKEY: missing')", "ValueError"),
        ("try:\n  1 / 0\nexcept ArithmeticError as e:\n  raise KeyError from e", "KeyError"),
        ("import os\nos.kill(os.getpid(), 9)", "exit code -9"),
        ("assert not __import__('os').listdir('..') == []\nopen('x', 'w')", ""),
        ("import warnings\nwarnings.warn('old')", ""),
    ],
)
def test_a_program_has_run_unless_it_ends_with_an_error(code: str, why: str) -> None:
    assert run(code) == why


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("x = 1", ""),
        ("x =", "SyntaxError"),
        ("x\0", "SyntaxError"),
        ("  x", "IndentationError"),
    ],
)
def test_a_program_that_does_not_parse_does_not_compile(code: str, why: str) -> None:
    assert why_not_compiled(code) == why


@pytest.mark.slow
def test_a_server_has_run_and_is_ended_with_what_it_started(tmp_path: Path) -> None:
    file = tmp_path / "alive"
    child = f"import time\nwhile 1:\n  open({str(file)!r}, 'a').write('x')\n  time.sleep(0.05)"
    code = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {child!r}])"
    assert run(code, seconds=3) == ""
    size = file.stat().st_size
    assert size
    time.sleep(0.5)
    assert file.stat().st_size == size


@pytest.mark.skipif(not ISOLATED, reason="unshare cannot take the network here")
def test_a_program_has_itself_but_no_network() -> None:
    code = """
import socket
server = socket.create_server(("127.0.0.1", 0))
socket.create_connection(server.getsockname())
interfaces = [name for _, name in socket.if_nameindex()]
assert interfaces == ["lo"], interfaces
"""
    assert run(code) == ("" if shutil.which("ip") else "OSError")


@pytest.mark.parametrize(
    "code",
    [
        "x = bytearray(20_000_000_000)",
        "open('big', 'wb').write(bytes(200_000_000))",
        "import os\nos.environ['SURVEY_TEST_SECRET']",
    ],
)
def test_a_program_gets_neither_all_memory_nor_the_disk_nor_our_environment(
    monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    monkeypatch.setenv("SURVEY_TEST_SECRET", "x")
    assert run(code) in {"MemoryError", "OSError", "KeyError"}


def test_no_topic_is_shown_by_prose_and_each_by_some_code() -> None:
    samples = (ROOT / "docs" / "survey.json").read_text(encoding="utf-8")
    topics = json.loads(samples)
    assert topics["topics"] == list(TOPICS)
    assert shown("a production service, with everything") == []
    assert shown("@router.websocket('/ws')\nasync def ws(socket: WebSocket): ...") == ["WebSocket"]
    assert shown("FROM python:3.13") == ["container image"]


def test_every_skill_of_the_list_is_in_the_result_with_its_source() -> None:
    listed = tomllib.loads((ROOT / "docs" / "skills.toml").read_text(encoding="utf-8"))["skills"]
    found = json.loads((ROOT / "docs" / "survey.json").read_text(encoding="utf-8"))["skills"]
    assert list(found) == list(listed)
    for key, source in listed.items():
        assert source.items() <= found[key].items()
        assert re.fullmatch(r"20\d\d-\d\d-\d\d", found[key]["date"])
        assert found[key]["run"] + sum(found[key]["not_run"].values()) == found[key]["blocks"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["jeffallan"], "'jeffallan': write NAME=PATH, NAME one of jeffallan, darkmatter"),
        (["nobody=."], "'nobody=.': write NAME=PATH"),
        (["official=."], "'official=.': write NAME=PATH"),
        (["ecc=missing"], "missing: no such file or folder"),
    ],
)
def test_a_wrong_call_is_told_before_anything_runs(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert survey.main(arguments) == 2
    assert message in capsys.readouterr().err


def test_blocks_that_were_not_run_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    blocks = len(read_pages(ROOT).python)
    monkeypatch.setattr(survey, "RESULT", tmp_path / "survey.json")
    for run, code in ((blocks, 0), (blocks - 2, 1)):
        survey.RESULT.write_text(json.dumps({"skills": {"fastapi-pro": {"blocks": run}}}))
        assert survey.main(["--check"]) == code
    told = f"docs/survey.json: {blocks - 2} of our blocks were run, now there are {blocks}"
    assert capsys.readouterr().err == f"{told}\n"


@pytest.mark.parametrize("known", [None, "{", '{"skills": {}}'])
def test_a_table_with_a_skill_left_out_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    known: str | None,
) -> None:  # fmt: skip
    monkeypatch.setattr(survey, "RESULT", tmp_path / "survey.json")
    if known is not None:
        survey.RESULT.write_text(known)
    assert survey.main(["--write"]) == 2
    assert "add jeffallan=PATH" in capsys.readouterr().err
    left = [file.read_text() for file in tmp_path.iterdir()]
    assert left == ([] if known is None else [known])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "No such file"),
        ("[skills", "write `packages = [...]`"),
        ("packages = []", "'skills'"),
        ("packages = []\n[skills.x]\nname = 1", "unexpected keyword argument 'name'"),
    ],
)
def test_a_list_that_cannot_be_read_is_told(tmp_path: Path, text: str | None, message: str) -> None:
    file = tmp_path / "skills.toml"
    if text is not None:
        file.write_text(text)
    with pytest.raises(SurveyError, match=re.escape(message)):
        read_sources(file)


@pytest.mark.parametrize(("content", "message"), [(None, "name a folder that holds SKILL.md"),
                                                  (b"\xff", "not UTF-8")])  # fmt: skip
def test_a_folder_that_is_no_skill_is_told(
    tmp_path: Path, content: bytes | None, message: str
) -> None:
    if content is not None:
        (tmp_path / "SKILL.md").write_bytes(content)
    with pytest.raises(SurveyError, match=message):
        read_pages(tmp_path)
