"""Give Claude Code the tasks of evals/, with and without the skill, and grade its answers.

usage: maintain.py evals [--task NAME] [--runs N] [--without] [--model NAME]
                         [--minutes N] [--output DIR]
       maintain.py evals --task NAME --grade DIR
       maintain.py evals --list

Each run has a fresh copy of the start files and settings of its own, and ends after so many
minutes. The client runs commands without asking: use a machine that has nothing to lose. It needs
`claude` on PATH and a key, which pays for the tokens. `python` and `pytest` are those of this
checkout, for the client as for the graders: what is not installed here, an answer cannot use.

What a run gave is kept when it ends: the record, what the client printed, and the answer, in a
folder below DIR (default: dist/evals). A run that is recorded is not made again, so an interrupted
series goes on with the same command; delete a run's folder to repeat it. results.json and
results.md are made of all runs of DIR. --grade tells what the grader says of a folder instead, of
which it takes a copy.

Exits with 0; with 1 where --grade finds a failure; with 2 for wrong use, no client or no key.
"""

import argparse
import contextlib
import io
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from fastapi_pro import __version__
from fastapi_pro.cli import audit, install
from fastapi_pro.command_line import parser_of, positive
from fastapi_pro.paths import ROOT
from fastapi_pro.scaffolding.recipes import RecipeError
from maintain.evaluating import results
from maintain.evaluating.client import Client, ClientError
from maintain.evaluating.grading import grade
from maintain.evaluating.results import WITH, WITHOUT, ResultsError, Run
from maintain.evaluating.tasks import Task, TaskError, tasks

_NOT_THE_ANSWER = shutil.ignore_patterns(".claude", ".venv", "__pycache__", ".*_cache", "*.db")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return the exit code."""
    args = _parser().parse_args(argv)
    try:
        chosen = _chosen(args.task)
        if args.list:
            print("\n".join(f"{task.name}: {task.expected}" for task in chosen))
            return 0
        if args.grade is not None:
            return _grade(chosen, args.grade)
        client = Client.found(args.model)
        results.check_conditions(args.output, _conditions(client))
        for run in _runs(chosen, args.runs, without=args.without):
            _make(run, client, args.output, args.minutes * 60)
        print(results.report(args.output), end="")
    except (ClientError, RecipeError, ResultsError, TaskError) as error:
        print(f"maintain.py evals: {error}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = parser_of(__doc__)
    add = parser.add_argument
    add("--task", action="append", metavar="NAME", help="only this one; may be repeated")
    add("--runs", type=positive, default=3, metavar="N", help="of each task (default: 3)")
    add("--without", action="store_true", help="as many runs without the skill, to compare")
    add("--model", metavar="NAME", help="what the client calls it (default: its own)")
    add("--minutes", type=positive, default=30, metavar="N", help="of a run (default: 30)")
    default = ROOT / "dist" / "evals"
    add("--output", type=Path, default=default, metavar="DIR", help="where results are kept")
    add("--grade", type=Path, metavar="DIR", help="grade this folder, run nothing")
    add("--list", action="store_true", help="print the tasks")
    return parser


def _chosen(names: Sequence[str] | None) -> list[Task]:
    """Return the tasks of these names, or all. Raises TaskError."""
    known = {task.name: task for task in tasks()}
    for name in names or ():
        if name not in known:
            raise TaskError(f"there is no task {name!a}; write one of {', '.join(known)}")
    return [known[name] for name in names or known]


def _grade(chosen: Sequence[Task], folder: Path) -> int:
    if len(chosen) != 1:
        raise TaskError("--grade needs to know what was asked; write one --task NAME")
    if not folder.is_dir():
        raise TaskError(f"{folder}: no such folder")
    with _copy(folder) as copy:
        grades = grade(chosen[0], copy)
    for one in grades:
        print(f"{'passed' if one.passed else 'FAILED'} {one.text}")
        if not one.passed:
            print(f"       {one.reason}")
    return int(not all(one.passed for one in grades))


def _conditions(client: Client) -> dict[str, str]:
    """Return what has to stay the same for runs to be of one series."""
    told = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    skill = f"{__version__} {told.stdout.strip()}".strip()
    return {"client": client.version(), "model": client.model or "default", "skill": skill}


def _runs(chosen: Sequence[Task], number: int, *, without: bool) -> Iterator[Run]:
    """Yield the runs, one of each kind before the second of any."""
    for count in range(1, number + 1):
        for task in chosen:
            yield Run(task, WITH, count)
            if without:
                yield Run(task, WITHOUT, count)


def _make(run: Run, client: Client, output: Path, seconds: float) -> None:
    """Make a run, grade and record it, unless it is recorded."""
    place = output / run.task.name / f"{run.configuration}-{run.number}"
    record = place / results.RECORD
    if record.exists():
        print(f"{run}: recorded before", file=sys.stderr)
        return
    shutil.rmtree(place, ignore_errors=True)  # of a run that was interrupted
    place.mkdir(parents=True)
    with tempfile.TemporaryDirectory(prefix="eval-") as folder:
        work = Path(folder).resolve() / "service"
        run.task.lay_out(work)
        if run.configuration == WITH:
            with contextlib.redirect_stdout(io.StringIO()):
                code = install.main(["--project", str(work)])
            if code:
                raise ResultsError("the skill cannot be installed in the start files")
        outcome = client.run(run.task.prompt, work, place, seconds)
        _copy_tree(work, place / "answer")
    with _copy(place / "answer") as copy:
        found = _findings(copy)
        grades = grade(run.task, copy)
    kept = results.record_of(run, outcome, grades, found)
    results.write(record, json.dumps(kept, indent=2) + "\n")
    passed = f"{kept['result']['passed']} of {len(grades)} checks passed"
    told = outcome.error or f"{passed}, {len(found)} findings left"
    print(f"{run}: {told}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def _copy(folder: Path) -> Iterator[Path]:
    """Yield a copy of an answer, which a grader may write to."""
    with tempfile.TemporaryDirectory(prefix="grade-") as place:
        copy = Path(place).resolve() / "answer"
        _copy_tree(folder, copy)
        yield copy


def _copy_tree(source: Path, target: Path) -> None:
    """Copy an answer; sockets and the like, which cannot be copied, are left out."""
    with contextlib.suppress(shutil.Error):
        shutil.copytree(source, target, symlinks=True, ignore=_NOT_THE_ANSWER)


def _findings(folder: Path) -> list[str]:
    """Return what the audit finds in an answer, a line each."""
    told = io.StringIO()
    with contextlib.redirect_stdout(told), contextlib.redirect_stderr(io.StringIO()):
        code = audit.main([str(folder), "--format=json"])
    if code not in (0, 1):
        return ["the audit cannot read the answer"]
    found = json.loads(told.getvalue() or "[]")
    paths = [Path(one["path"]).resolve().relative_to(folder.resolve()) for one in found]
    return [
        f"{path}:{one['line']} {one['slug']} [{one['severity']}]"
        for path, one in zip(paths, found, strict=True)
    ]
