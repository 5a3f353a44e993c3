"""On Windows, as far as tests/support/windows.py shows it: what is found is what is found here."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fastapi_pro.cli.stop_hook import OPTION
from fastapi_pro.paths import RULES
from tests.audit.programs import marked
from tests.audit.repository import ANOTHER, HELD, Git, write
from tests.distribution.checkout import ROOT, tree
from tests.support.files import load

pytestmark = pytest.mark.skipif(os.sep != "/", reason="shows Windows to what runs elsewhere")
TABLES = {path.parent.name.replace("_", "-"): load(path) for path in RULES.glob("*/cases.py")}
SEVERAL = {
    slug: source
    for slug, table in TABLES.items()
    for source in table.FOUND.values()
    if "\n#= " in source.removeprefix("\n#= ")
}
"""For each rule, the last of its programs that has several files."""
FIND = """
import json, sys
from pathlib import Path
from tests.audit.programs import audit
found = {}
for slug, source in json.load(sys.stdin).items():
    Path(slug).mkdir()
    told = [f for f in audit(Path(slug).absolute(), source) if f.slug == slug]
    found[slug] = [(f.path, f.line) for f in told]
print(json.dumps(found))
"""
COMMAND = """
import importlib, sys
sys.exit(importlib.import_module("fastapi_pro.cli." + sys.argv.pop(1)).run())
"""
NO_FORK = """
import multiprocessing, os
multiprocessing.set_start_method("spawn")
del os.fork
"""


def on_windows(code: str, *arguments: str, text: str = "", folder: Path, exit_code: int = 0) -> str:
    """Return what a process on Windows prints."""
    begin = "from tests.support.windows import become_windows\nbecome_windows()\n"
    done = subprocess.run(
        [sys.executable, "-B", "-c", begin + code, *arguments],
        cwd=folder, env=os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'snippets'}"},
        input=text, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == exit_code, done.stderr
    return done.stdout


@pytest.mark.slow
def test_programs_of_several_files_are_understood(tmp_path: Path) -> None:
    assert len(SEVERAL) > 50
    found = json.loads(on_windows(FIND, text=json.dumps(SEVERAL), folder=tmp_path))
    assert {slug: {(path, line) for path, line in told} for slug, told in found.items()} == {
        slug: marked(source) for slug, source in SEVERAL.items()
    }


def test_what_is_new_is_told_and_what_is_left_out_is_not(git: Git) -> None:
    write(".gitignore", "scratch/\n")
    write("scratch/one.py", HELD)
    write("app/old/one.py", HELD)
    write("app/api.py", HELD + ANOTHER)
    arguments = ["--diff", "--exclude", "app/old/", "--format", "json", "--jobs", "2"]
    told = on_windows(COMMAND, "audit", *arguments, folder=Path.cwd(), exit_code=1)
    assert [(f["path"], f["line"]) for f in json.loads(told)] == [("app/api.py", 9)]


def test_a_pipe_gets_utf_8_whatever_the_code_page_is(
    git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}.items():
        monkeypatch.setenv(name, value)
    write("app/api.py", HELD.replace("def one", "def größe"))
    arguments = ["--format", "github", "--jobs", "1"]
    told = on_windows(COMMAND, "audit", *arguments, folder=Path.cwd(), exit_code=1)
    assert "`async def größe` calls" in told


@pytest.mark.parametrize("option", ["true", "false"])
def test_the_stop_hook_tells_it(git: Git, monkeypatch: pytest.MonkeyPatch, option: str) -> None:
    monkeypatch.setenv(OPTION, option)
    write("app/api.py", HELD + ANOTHER)
    event = json.dumps({"cwd": "C:" + str(Path.cwd()).replace("/", "\\")})
    told = on_windows(COMMAND, "stop_hook", text=event, folder=Path.cwd())
    assert ("app/api.py:9:5: blocking-call-in-async [high]" in told) == (option == "true")


def test_without_fork_one_process_looks_at_both_sides(git: Git, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(NO_FORK)
    write("app/api.py", HELD + ANOTHER)
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "audit.py", "--diff", "--no-cache", "--jobs", "2"],
        env=os.environ | {"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr.partition(";")[0]) == (1, "1 finding in 1 file of 3")


@pytest.mark.parametrize("command", [["install", "--agents", "--project"], ["new", "--minimal"]])
def test_the_same_files_are_written(tmp_path: Path, command: list[str]) -> None:
    word, *arguments = command
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
    target = "shop" if word == "new" else "."
    script = ROOT / "scripts" / f"{word}.py"
    subprocess.run([sys.executable, script, *arguments, target], cwd=tmp_path / "here", check=True)
    on_windows(COMMAND, word, *arguments, target, folder=tmp_path / "there")
    here, there = tree(tmp_path / "here"), tree(tmp_path / "there")
    for found in (here, there):
        found.pop("shop/.env", None)  # has a secret of its own
    assert here == there
