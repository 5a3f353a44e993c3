"""The tasks of `evals/`, each a folder.

`prompt.md` is what a user asks, `start/` the files it is about. `grader.py` is a file of pytest's:
its docstring says what is expected, each of its tests is an assertion, told by its docstring.

`answers/` proves the grader. A folder there is laid over the start files; `good`, and where there
are more, all that begin with `good`, pass. A `NAME.diff` changes the answer `good`, in the form of
a recipe's `plug.diff`; its first line, `Fails:`, names the tests that notice.
"""

import ast
import re
import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from fastapi_pro.installing.contents import MAIN
from fastapi_pro.paths import ROOT
from fastapi_pro.scaffolding.recipes import apply, changes

EVALS = ROOT / "evals"
GOOD = "good"
_LEFT_OUT = shutil.ignore_patterns("__pycache__", ".*_cache")


class TaskError(Exception):
    """What a task's folder lacks, or has in a wrong form, and what to write instead."""


@dataclass(frozen=True)
class Task:
    """One task, by its folder and its number among all."""

    folder: Path
    number: int

    @property
    def name(self) -> str:
        """The name of the folder."""
        return self.folder.name

    @property
    def grader(self) -> Path:
        """The program that grades answers."""
        return self.folder / "grader.py"

    @property
    def prompt(self) -> str:
        """What the user asks."""
        return _text(self.folder / "prompt.md").strip()

    @cached_property
    def expected(self) -> str:
        """What a good answer is, in a sentence or two."""
        return _docstring(self._program, self.grader)

    @cached_property
    def assertions(self) -> dict[str, str]:
        """What is said of an answer, by the name of the test that finds out."""
        tests = [
            node
            for node in self._program.body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and node.name.startswith("test_")
        ]
        if not tests:
            raise TaskError(f"{self.grader}: no test in it; write a `def test_...` per assertion")
        return {test.name: _docstring(test, self.grader) for test in tests}

    @property
    def files(self) -> list[str]:
        """The start files, as the repository names them."""
        found = [f for f in self.start.rglob("*") if f.is_file() and f.suffix != ".pyc"]
        return sorted(file.relative_to(self.folder.parents[1]).as_posix() for file in found)

    @property
    def start(self) -> Path:
        """The folder of the start files."""
        return self.folder / "start"

    @property
    def answers(self) -> list[str]:
        """The names of the answers that prove the grader."""
        return sorted(path.name for path in (self.folder / "answers").iterdir())

    def lay_out(self, folder: Path, answer: str | None = None) -> None:
        """Fill a folder with the start files, or with what an answer makes of them.

        Raises TaskError.
        """
        shutil.copytree(self.start, folder, dirs_exist_ok=True, ignore=_LEFT_OUT)
        if answer is None:
            return
        source = self.folder / "answers" / answer
        base = source if source.is_dir() else source.with_name(GOOD)
        shutil.copytree(base, folder, dirs_exist_ok=True, ignore=_LEFT_OUT)
        if base is not source:
            for name, hunks in changes(_text(source)):
                text = _text(folder / name)
                for hunk in hunks:
                    text = apply(text, hunk, f"{source}: {name}")
                (folder / name).write_text(text, encoding="utf-8")

    def failures(self, answer: str) -> set[str]:
        """Return the tests that an answer fails, as it says itself. Raises TaskError."""
        source = self.folder / "answers" / answer
        if source.is_dir():
            return set()
        found = re.match(r"Fails: (\w+(?:, \w+)*)$", _text(source), re.MULTILINE)
        if found is None:
            raise TaskError(f"{source}: begin it with `Fails: test_...`, the tests that notice")
        names = set(found[1].split(", "))
        if unknown := names - self.assertions.keys():
            raise TaskError(f"{source}: the grader has no {', '.join(sorted(unknown))}")
        return names

    @cached_property
    def _program(self) -> ast.Module:
        try:
            return ast.parse(_text(self.grader))
        except SyntaxError as error:
            raise TaskError(f"{self.grader}:{error.lineno}: {error.msg}") from None


def tasks(folder: Path = EVALS) -> list[Task]:
    """Return all tasks, by name."""
    found = sorted(prompt.parent for prompt in folder.glob("*/prompt.md"))
    return [Task(path, number) for number, path in enumerate(found, start=1)]


def as_listing(all_tasks: list[Task]) -> dict[str, object]:
    """Return the tasks in the form of `evals.json`, which other people's runners read.

    Source: https://agentskills.io/skill-creation/evaluating-skills
    """
    return {"skill_name": MAIN, "evals": list(map(_entry, all_tasks))}


def _entry(task: Task) -> dict[str, object]:
    return {
        "id": task.number,
        "prompt": task.prompt,
        "expected_output": task.expected,
        "files": task.files,
        "assertions": list(task.assertions.values()),
    }


def _docstring(node: ast.Module | ast.FunctionDef | ast.AsyncFunctionDef, file: Path) -> str:
    if text := ast.get_docstring(node):
        return " ".join(text.split())
    what = "it" if isinstance(node, ast.Module) else f"`{node.name}`"
    raise TaskError(f"{file}: {what} has no docstring; say what is expected")


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise TaskError(f"{file}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise TaskError(f"{file} is not UTF-8 at byte {error.start}; save it as UTF-8") from None
