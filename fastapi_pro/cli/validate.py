"""Check skills (front matter, `paths` globs, links, code fences), plugins, hooks and agents.

usage: validate.py [SKILL_DIR ...] [--try FILE ...] [option ...]

A SKILL_DIR is the folder of a skill, a SKILL.md, or a folder that contains skills, plugins, a
marketplace or `.claude`; or a part of these, such as `.claude/agents`. Without one, the current
folder is checked. Exits with 0 if there is no error (warnings are allowed), 1 for errors, 2 for
wrong use.
"""

import argparse
import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from fastapi_pro.command_line import called, parser_of, run_command
from fastapi_pro.validating.check import NAME, Options, check_skill, find_skills, try_skill
from fastapi_pro.validating.folders.whole import check_folder, is_whole, root_of
from fastapi_pro.validating.gate import TRY_NOTE, Answer
from fastapi_pro.validating.mending.files import Mending, mend_manifest, mend_skill
from fastapi_pro.validating.report import Finding, render


def main(argv: list[str] | None = None) -> int:
    """Run the command with `argv`, print, and return the exit code."""
    args = _arguments(argv)
    options = Options(args.strict_spec, args.max_size_error)
    targets: list[Path] = []
    files: list[Path] = []
    is_wrong = False
    for target in args.skills or [Path()]:
        found = [target] if target.name == NAME else list(find_skills(target))
        if not os.path.lexists(target) or not (found or is_whole(target)):
            _complain(target, _reason(target))
            is_wrong = True
            continue
        targets.append(target)
        files += [file for file in found if file not in files]
    if is_wrong and not targets:
        return 2
    findings = _findings(targets, files, options)
    mendings = list(_mendings(files, findings, options)) if args.fix else []
    for mending in () if args.dry_run else mendings:
        try:
            mending.write()
        except OSError as error:
            _complain(mending.file, f"not written: {error.strerror}")
            mending.findings.clear()
            is_wrong = True
    if mendings and not args.dry_run:
        findings = _findings(targets, files, options)
    tried = files if args.tries else []
    answers = [each for file in tried for each in try_skill(file, _shown(file), args.tries)]
    _print(findings, answers, mendings, args)
    errors = sum(finding.level == "error" for finding in findings)
    warnings = sum(finding.level == "warning" for finding in findings)
    summary = f"skills: {len(files)}, errors: {errors}, warnings: {warnings}"
    if borne := len(findings) - errors - warnings:
        summary += f", not portable: {borne}"
    if args.fix:
        count = sum(len(mending.findings) for mending in mendings)
        summary += f", {'to be fixed' if args.dry_run else 'fixed'}: {count}"
    print(summary, file=sys.stderr)
    return 2 if is_wrong else int(errors > 0)


def _findings(targets: list[Path], files: list[Path], options: Options) -> list[Finding]:
    found = [each for target in targets for each in check_folder(target, Path(_shown(target)))]
    found += [each for file in files for each in check_skill(file, _shown(file), options)]
    return sorted(set(found))


def _mendings(files: list[Path], findings: list[Finding], options: Options) -> Iterator[Mending]:
    """Yield what is to be written into which file."""
    by_path: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_path[finding.path].append(finding)
    found = [mend_skill(file, _shown(file), options) for file in files if by_path.get(_shown(file))]
    found += [mend_manifest(Path(path), about) for path, about in by_path.items()]
    yield from filter(None, found)


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = parser_of(__doc__)
    parser.add_argument("skills", nargs="*", type=Path, metavar="SKILL_DIR")
    parser.add_argument(
        "--try",
        dest="tries",
        nargs="+",
        default=[],
        metavar="FILE",
        help="say which glob of `paths` lists the skill after this file is read, or why none does",
    )
    parser.add_argument("--format", choices=["text", "json", "github"], default="text")
    parser.add_argument(
        "--strict-spec",
        action="store_true",
        help="make everything an error that breaks the open standard or another client",
    )
    parser.add_argument(
        "--max-size-error",
        action="store_true",
        help="make a body that is too long an error",
    )
    parser.add_argument(
        "--fix",
        action="store_true",
        help="correct what has one right answer: quotes, escapes, globs, line ends",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="with --fix, show what would change, as a diff"
    )
    args = parser.parse_args(argv)
    if args.dry_run and not args.fix:
        parser.error("--dry-run needs --fix")
    return args


def _complain(target: Path, reason: str) -> None:
    print(f"{called('validate.py')}: {_shown(target)}: {reason}", file=sys.stderr)


def _reason(target: Path) -> str:
    """Return why there is nothing to check."""
    try:
        target.lstat()
        names = [path.name for path in target.iterdir()] if target.is_dir() else []
    except (FileNotFoundError, NotADirectoryError):
        return "no such file or folder"
    except OSError as error:
        return f"{error.strerror}; let the user who runs this read it"
    if root := root_of(target.parent):
        return f"this file is checked with the others; name the folder {_shown(root)}"
    other = next((name for name in names if name.lower() == NAME.lower()), "")
    return f"the client does not read {other}; call it {NAME}" if other else f"no {NAME} in it"


def _shown(path: Path) -> str:
    """Return `path` relative to the current folder when it lies below, else as it was given."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative


def _print(
    findings: list[Finding],
    answers: list[Answer],
    mendings: list[Mending],
    args: argparse.Namespace,
) -> None:
    """Print what was fixed, the answers of --try, then the findings.

    JSON is an object with all of them, or the list of findings if there are only these.
    """
    rendered = render(findings, args.format)
    if args.format == "json":
        told: dict[str, object] = {}
        if args.fix:
            told["fixed"] = [asdict(each) for mending in mendings for each in mending.findings]
        if answers:
            told["tried"] = [asdict(answer) for answer in answers]
        together = told | {"findings": json.loads(rendered)}
        print(json.dumps(together, indent=2) if told else rendered)
        return
    for mending in mendings:
        print(mending.diff() if args.dry_run else "\n".join(mending.lines()))
    for answer in answers:
        verdict = "listed" if answer.opens else "not listed"
        print(f"{answer.skill}: {answer.file}: {verdict}: {answer.why}")
    if answers:
        print(TRY_NOTE)
    if rendered:
        print(rendered)


def run() -> int:
    """Run as a command."""
    return run_command(main, "validate.py")
