"""Find the rules broken in a FastAPI code base. Nothing of it is imported, run or written.

usage: audit.py [PATH ...] [option ...]        (default: the current folder)
       audit.py --list

The same options may stand in [tool.fastapi-pro] of the nearest pyproject.toml above the first
PATH (select, ignore, exclude, baseline, format, jobs); one given here replaces that of the file,
and --select replaces its ignore, too. A comment hides the findings of its line, or of the line
below when it stands alone:

    # fastapi-pro: ignore[slug, slug] reason

Exits with 0 when nothing is found, 1 when something is, 2 for wrong use. Needs nothing but the
standard library of Python 3.11.
"""

import argparse
import os
import sys
import time
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from fastapi_pro.auditing import runner
from fastapi_pro.auditing.finding import Finding
from fastapi_pro.auditing.reporting import baseline, suppressions
from fastapi_pro.auditing.reporting.catalogue import Entry, catalogue
from fastapi_pro.auditing.reporting.options import Options, OptionsError, read_options
from fastapi_pro.auditing.reporting.report import FORMATS, render
from fastapi_pro.auditing.sources import deploy_files
from fastapi_pro.auditing.sources.gitignore import Patterns, compile_patterns
from fastapi_pro.auditing.sources.walk import collect, display, project
from fastapi_pro.cli import newer_python
from fastapi_pro.command_line import parser_of, run_command
from fastapi_pro.messages import near, visible
from fastapi_pro.rulebook import RuleError


class UsageError(Exception):
    """What the command was asked for cannot be done; the message says why."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command, print, and return the exit code."""
    args = _parser().parse_args(argv)
    try:
        entries = _entries()
        if args.list:
            print("\n".join(_listed(entry) for entry in entries.values()))
            return 0
        if args.explain is not None:
            _check([args.explain], entries)
            print(entries[args.explain].text)
            return 0
        return _audit(args, entries, argv)
    except (UsageError, OptionsError, RuleError, baseline.BaselineError) as error:
        return _fail(str(error))


def _entries() -> dict[str, Entry]:
    try:
        return catalogue()
    except OSError as error:
        raise UsageError(f"the rules cannot be read: {error}") from None


def _parser() -> argparse.ArgumentParser:
    parser = parser_of(__doc__)
    parser.add_argument("paths", nargs="*", type=Path, default=[Path()], metavar="PATH")
    add = parser.add_argument
    add("--format", choices=FORMATS, help="how findings are printed (default: text)")
    add("--select", action="append", metavar="SLUG[,SLUG]", help="report these only")
    add("--ignore", action="append", metavar="SLUG[,SLUG]", help="do not report these")
    add("--exclude", action="append", metavar="PATTERN", help="leave out, as .gitignore would")
    add("--baseline", metavar="FILE", help="do not report what this file knows")
    add("--write-baseline", metavar="FILE", help="write what is found now, and exit with 0")
    add("--jobs", type=_jobs, metavar="N", help="processes at once (default: one a core)")
    add("--explain", metavar="SLUG", help=argparse.SUPPRESS)  # what rules.py SLUG prints
    add("--list", action="store_true", help="print all slugs, and which no code can show")
    return parser


def _jobs(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("a whole number above 0 is needed")
    return int(text)


def _audit(args: argparse.Namespace, entries: dict[str, Entry], argv: Sequence[str] | None) -> int:
    """Do what is asked for without --list and --explain. Raises the errors that main knows."""
    started = time.perf_counter()
    root = Path.cwd()
    for path in args.paths:
        if not path.is_file() and not path.is_dir():
            what = "neither a file nor a folder" if path.exists() else "no such file or folder"
            raise UsageError(f"{path}: {what}")
    options = read_options(args.paths[0], entries)
    active = _active(args, options, entries)
    excluded = _excluded(args, options, root)
    files, findings = collect(args.paths, excluded)
    top = project(args.paths)
    context = collect([top], excluded)[0] if not _holds(args.paths, top) else []
    beside = deploy_files.beside(args.paths, context)
    findings += runner.run(files, top, args.jobs or options.jobs or _cores(), context, beside)
    code = newer_python.run_again(findings, sys.argv[1:] if argv is None else argv)
    if code is not None:
        return code
    if newer := newer_python.told(findings):
        print(newer, file=sys.stderr)
    files += beside
    findings = [replace(f, path=display(Path(f.path), root)) for f in findings]
    findings = sorted({f for f in findings if f.slug in active})
    findings = suppressions.apply(findings, suppressions.marked(files, root), active, entries)
    if args.write_baseline is not None:
        return _write_baseline(Path(args.write_baseline), findings, root)
    known = _baseline(args, options)
    if known is not None:
        findings, left = baseline.apply(findings, baseline.read(known), known, root)
        if fixed := baseline.count_fixed(left, files, active, known):
            verb = "is" if fixed == 1 else "are"
            told = f"{_number(fixed, 'entry', 'entries')} of the baseline {verb} fixed"
            print(f"{told}: rewrite it with --write-baseline", file=sys.stderr)
    if text := render(findings, entries, args.format or options.format or "text"):
        print(text)
    sys.stdout.flush()
    print(_summary(findings, len(files), time.perf_counter() - started), file=sys.stderr)
    return 1 if findings else 0


def _active(args: argparse.Namespace, options: Options, entries: dict[str, Entry]) -> set[str]:
    """Return the slugs to report. Raises UsageError for those that are none, or have no code."""
    select, ignore = _slugs(args.select, entries), _slugs(args.ignore, entries)
    chosen = select if select is not None else options.select
    if ignore is None:
        ignore = options.ignore if select is None else None
    for slug in chosen or ():
        if entries[slug].unseen:
            raise UsageError(f"{slug} cannot be selected, no code shows it: {entries[slug].unseen}")
    return set(entries if chosen is None else chosen) - set(ignore or ())


def _slugs(given: list[str] | None, known: Collection[str]) -> list[str] | None:
    if given is None:
        return None
    slugs = [slug.strip() for text in given for slug in text.split(",") if slug.strip()]
    _check(slugs, known)
    if not slugs:
        raise UsageError("--select and --ignore need a slug")
    return slugs


def _check(slugs: Sequence[str], known: Collection[str]) -> None:
    for slug in slugs:
        if slug not in known:
            raise UsageError(f"there is no rule {slug!a}{near(slug, known)}")


def _excluded(args: argparse.Namespace, options: Options, root: Path) -> list[Patterns]:
    """Return the patterns to leave out: those given here, else those of the file."""
    lines, base = options.exclude, options.folder
    if args.exclude is not None:
        lines, base = args.exclude, root
    patterns = compile_patterns(os.fsencode("\n".join(lines or ())), os.fsencode(base))
    return [patterns] if patterns else []


def _baseline(args: argparse.Namespace, options: Options) -> Path | None:
    if args.baseline is not None:
        return Path(args.baseline)
    return options.folder / options.baseline if options.baseline is not None else None


def _write_baseline(file: Path, findings: list[Finding], root: Path) -> int:
    try:
        baseline.write(file, findings, root)
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}") from None
    print(f"{_number(len(findings), 'finding')} written to {visible(str(file))}", file=sys.stderr)
    return 0


def _holds(paths: Sequence[Path], top: Path) -> bool:
    """Say whether one of the paths is the project's folder, so that nothing lies beside them."""
    return any(path.resolve() == top for path in paths)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _listed(entry: Entry) -> str:
    why = f"\n    not shown by code: {entry.unseen}" if entry.unseen else ""
    return f"{entry.slug} [{entry.severity}] {entry.title}{why}"


def _summary(findings: Sequence[Finding], files: int, seconds: float) -> str:
    if not findings:
        return f"no findings in {_number(files, 'file')}; {seconds:.1f} s"
    hit = _number(len({finding.path for finding in findings}), "file")
    return f"{_number(len(findings), 'finding')} in {hit} of {files}; {seconds:.1f} s"


def _number(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or f'{one}s'}"


def _fail(message: str) -> int:
    print(f"audit.py: {visible(message)}", file=sys.stderr)
    return 2


def run() -> int:
    """Run as a command."""
    return run_command(main, "audit.py")
