"""Check skills: front matter, `paths` globs, links and code fences; plugins, hooks and agents.

usage: validate.py [SKILL_DIR ...] [--try FILE ...] [option ...]

A SKILL_DIR is a skill's folder, a SKILL.md, or a folder with skills, plugins, a marketplace or
`.claude` below it; without one it is the current folder, and `skills` in it. Exits with 0 when
nothing is wrong (warnings allowed), 1 for errors found, 2 for wrong use.
"""

import argparse
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

from fastapi_pro.command_line import called, parser_of, run_command
from fastapi_pro.validating.check import NAME, Options, check_skill, find_skills, try_skill
from fastapi_pro.validating.folders.whole import check_folder, is_whole
from fastapi_pro.validating.gate import TRY_NOTE, Answer
from fastapi_pro.validating.report import Finding, Format, render


def main(argv: list[str] | None = None) -> int:
    """Run the command with `argv`, print, and return the exit code."""
    args = _arguments(argv)
    files: list[Path] = []
    findings: list[Finding] = []
    is_wrong = False
    for target in args.skills or _here():
        found = [target] if target.name == NAME else list(find_skills(target))
        if not os.path.lexists(target) or not (found or is_whole(target)):
            reason = _reason(target)
            print(f"{called('validate.py')}: {_shown(target)}: {reason}", file=sys.stderr)
            is_wrong = True
            continue
        files += found
        findings += check_folder(target, Path(_shown(target)))
    if is_wrong and not files and not findings:
        return 2
    answers: list[Answer] = []
    for file in dict.fromkeys(files):
        options = Options(args.strict_spec, args.max_size_error)
        findings += check_skill(file, _shown(file), options)
        answers += try_skill(file, _shown(file), args.tries)
    findings = sorted(set(findings))
    _print(findings, answers, args.format)
    errors = sum(finding.level == "error" for finding in findings)
    warnings = sum(finding.level == "warning" for finding in findings)
    summary = f"skills: {len(set(files))}, errors: {errors}, warnings: {warnings}"
    if borne := len(findings) - errors - warnings:
        summary += f", not portable: {borne}"
    print(summary, file=sys.stderr)
    return 2 if is_wrong else int(errors > 0)


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = parser_of(__doc__)
    parser.add_argument("skills", nargs="*", type=Path, metavar="SKILL_DIR")
    parser.add_argument(
        "--try",
        dest="tries",
        nargs="+",
        default=[],
        metavar="FILE",
        help="say which glob of `paths` loads the skill when this file is read, or why none does",
    )
    parser.add_argument("--format", choices=["text", "json", "github"], default="text")
    parser.add_argument(
        "--strict-spec",
        action="store_true",
        help="each field outside the six-field open standard is an error",
    )
    parser.add_argument(
        "--max-size-error",
        action="store_true",
        help="an oversized body is an error",
    )
    return parser.parse_args(argv)


def _reason(target: Path) -> str:
    """Return why there is nothing to check."""
    if not os.path.lexists(target):
        return "no such file or folder"
    names = [path.name for path in target.iterdir()] if target.is_dir() else []
    other = next((name for name in names if name.lower() == NAME.lower()), "")
    return f"the client does not read {other}; call it {NAME}" if other else f"no {NAME} in it"


def _here() -> list[Path]:
    """Return the current folder, which may be a skill, and those that a plugin has besides."""
    return [Path(), *(path for path in [Path("skills")] if any(find_skills(path)))]


def _shown(path: Path) -> str:
    """Return `path` relative to the current folder when it lies below, else as it was given."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative


def _print(findings: list[Finding], answers: list[Answer], form: Format) -> None:
    """Print the answers first; as JSON both together, but a plain list when nothing was tried."""
    rendered = render(findings, form)
    if answers and form == "json":
        told = [asdict(answer) for answer in answers]
        print(json.dumps({"tried": told, "findings": json.loads(rendered)}, indent=2))
        return
    for answer in answers:
        verdict = "opens" if answer.opens else "stays shut"
        print(f"{answer.skill}: {answer.file}: {verdict}: {answer.why}")
    if answers:
        print(TRY_NOTE)
    if rendered:
        print(rendered)


def run() -> int:
    """Run as a command."""
    return run_command(main, "validate.py")
