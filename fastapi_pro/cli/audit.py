"""Find broken rules in a FastAPI code base. It only reads: it does not import, run or change it.

usage: audit.py [PATH ...] [option ...]        (default: the current folder)
       audit.py --list

--diff BASE reports only findings that the commit BASE did not have; changes count whether staged
or not, and untracked files too. --diff alone means HEAD. `--diff origin/main...`, with the dots,
compares with the commit where the branch left origin/main: it reports what a pull request adds.
--staged reports what the staged files add. If pre-commit compares commits (--from-ref, or before a
push), --staged reports what these add. Both read the whole project. --fail-on sets the lowest
severity that gives exit code 1.

A --exclude PATTERN is written as in a .gitignore. A name matches anywhere; a pattern with a slash
starts at the current folder, at a PATH or at its project. So it means the same in every folder.

[tool.fastapi-pro] of the nearest pyproject.toml above the first PATH can set select, ignore,
exclude, baseline, format and jobs. An option given here replaces that of the file; --select also
replaces the file's ignore. Patterns in the file start at its folder. A comment hides the findings
of its line, or of the next line if it is alone on its line:

    # fastapi-pro: ignore[slug, slug] reason

The text report prints findings with the same cause as one, the worst consequences first, and ends
with a summary. Exits with 0 when nothing is found, 1 for findings, 2 for wrong use. Needs only the
standard library of Python 3.11. Keeps its compiled modules in the user's cache folder, unless
there is --no-cache or PYTHONDONTWRITEBYTECODE, and what --diff and --staged found, unless there is
--no-cache.
"""

import argparse
import gc
import os
import sys
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from fastapi_pro.auditing.finding import UNREADABLE, Finding
from fastapi_pro.auditing.libraries.assumed_versions import assumed_versions
from fastapi_pro.auditing.model import project_files
from fastapi_pro.auditing.project_audit import ProjectAudit, Result
from fastapi_pro.auditing.reporting import baseline
from fastapi_pro.auditing.reporting.catalogue import Entry, catalogue
from fastapi_pro.auditing.reporting.options import Options, OptionsError, read_options
from fastapi_pro.auditing.reporting.questions import questions_of
from fastapi_pro.auditing.reporting.report import FORMATS, render
from fastapi_pro.auditing.reporting.text import Scope
from fastapi_pro.auditing.sources import deploy_files
from fastapi_pro.auditing.sources.exclusion import Watched, idle
from fastapi_pro.auditing.sources.git import GitError
from fastapi_pro.auditing.sources.walk import project
from fastapi_pro.bytecode import cache_folder
from fastapi_pro.cli import newer_python
from fastapi_pro.command_line import called, parser_of, positive, run_command
from fastapi_pro.messages import near, visible
from fastapi_pro.rulebook import SEVERITIES, RuleError, page
from fastapi_pro.whole_files import replace_file

_FROM = "PRE_COMMIT_FROM_REF"
"""The variable of pre-commit where it compares commits, not what is staged."""
_FAILING = {"never": (), "high": SEVERITIES[:1], "medium": SEVERITIES[:2], "low": SEVERITIES}


class UsageError(Exception):
    """The command cannot do what it was asked for; the message says why."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command, print, and return the exit code."""
    args = _parser().parse_args(argv)
    if args.staged and _FROM in os.environ:
        args.staged, args.diff = False, f"{os.environ[_FROM]}..."
    try:
        entries = _entries()
        if args.list:
            print("\n".join(_listed(entry) for entry in entries.values()))
            return 0
        if args.explain is not None:
            _check([args.explain], entries)
            return _explain(args.explain)
        return _audit(args, entries, argv)
    except (UsageError, OptionsError, RuleError, baseline.BaselineError) as error:
        return _fail(str(error))
    except PermissionError as error:
        return _fail(f"{error.filename}: {error.strerror}; let the user who runs the audit read it")
    finally:
        project_files.put_back({})


def _explain(slug: str) -> int:
    try:
        print(page(slug), end="")
    except OSError as error:
        raise UsageError(f"the page of {slug} cannot be read: {error}") from None
    return 0


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
    add("--report", action="append", default=[], type=_report, metavar="FORMAT=FILE",
        help="also write the findings to a file")  # fmt: skip
    add("--select", action="append", metavar="SLUG[,SLUG]", help="report only these rules")
    add("--ignore", action="append", metavar="SLUG[,SLUG]", help="do not report these rules")
    add(
        "--exclude",
        action="append",
        metavar="PATTERN",
        help="leave out these files, as .gitignore would",
    )
    add("--baseline", metavar="FILE", help="do not report the findings in this file")
    add("--write-baseline", metavar="FILE", help="write all findings to this file, and exit with 0")
    since = parser.add_mutually_exclusive_group().add_argument
    since("--diff", nargs="?", const="HEAD", metavar="BASE", help="report what is new since BASE")
    since("--staged", action="store_true", help="report what the staged changes add")
    add("--fail-on", choices=_FAILING, default="low", help="lowest severity that exits with 1")
    add("--all", action="store_true", help="print each finding on its own line (text only)")
    add(
        "--jobs",
        type=positive,
        metavar="N",
        help="number of processes (default: one for each core)",
    )
    add("--explain", metavar="SLUG", help=argparse.SUPPRESS)  # what rules.py SLUG prints
    add("--no-cache", action="store_true", help="keep nothing in the user's cache folder")
    add("--list", action="store_true", help="print all rules, and which of them no code can show")
    return parser


def _report(text: str) -> tuple[str, Path]:
    form, _, file = text.partition("=")
    if form not in FORMATS or not file:
        raise argparse.ArgumentTypeError(
            f"{text!a} is not FORMAT=FILE, with FORMAT one of {', '.join(FORMATS)}"
        )
    return form, Path(file)


def _audit(args: argparse.Namespace, entries: dict[str, Entry], argv: Sequence[str] | None) -> int:
    """Run the audit itself: neither --list nor --explain. Raises the errors that main handles."""
    started = time.perf_counter()
    root = Path.cwd()
    for path in args.paths:
        if not path.is_file() and not path.is_dir():
            raise UsageError(f"{path}: {_why_not(path)}")
    options = read_options(args.paths[0], entries)
    active = _active(args, options, entries)
    exclude = _exclude(args, options, [root, *args.paths, project(args.paths)])
    jobs = args.jobs or options.jobs or _cores()
    cache = "" if args.no_cache else cache_folder()
    audit = ProjectAudit(args.paths, root, exclude, active, entries, jobs, cache)
    given = sys.argv[1:] if argv is None else argv
    code = newer_python.run_again(newer_python.with_newer_syntax(audit.files), given)
    if code is not None:
        return code
    since = "HEAD" if args.staged else args.diff
    result = audit.all() if since is None else _since(audit, args)
    code = newer_python.run_again(newer_python.unparsed(result.unread), given)
    if code is not None:
        return code
    _warn(result, exclude, args)
    findings = result.findings
    if args.write_baseline is not None:
        return _write_baseline(Path(args.write_baseline), findings, root)
    known = _baseline(args, options)
    if known is not None:
        findings, left = baseline.apply(findings, baseline.read(known), known, root)
        fixed = baseline.count_fixed(left, result.files, active, known)
        if fixed and since is None:  # else what is old is missing for that alone
            verb = "is" if fixed == 1 else "are"
            told = f"{_number(fixed, 'entry', 'entries')} of the baseline {verb} fixed"
            print(f"{told}: rewrite it with --write-baseline", file=sys.stderr)
    form = args.format or options.format or "text"
    is_whole = since is None and form == "text"
    versions = assumed_versions(result.files, project(args.paths)) if is_whole else []
    questions = questions_of(result.files, entries) if is_whole and args.select is None else []
    beside = sum(deploy_files.may_be_deploy_file(str(file)) for file in result.files)
    scope = Scope(len(result.files), result.unread, versions, since or "", questions, beside)
    _show(findings, entries, form, scope, args)
    unread = {root / f.path for f in findings if f.slug == UNREADABLE}  # folders and links, too
    count = len(unread.union(result.files))
    print(_summary(findings, count, time.perf_counter() - started), file=sys.stderr)
    severities = {f.severity or entries[f.slug].severity for f in findings}
    return int(not severities.isdisjoint(_FAILING[args.fail_on]))


def _warn(result: Result, exclude: Sequence[Watched], args: argparse.Namespace) -> None:
    """Print what was not read, and what the options did not do."""
    if newer := newer_python.told(result.unread):
        print(newer, file=sys.stderr)
    if not result.files and args.diff is None and not args.staged:
        where = visible(", ".join(map(str, args.paths)))
        print(f"{where}: no Python file to audit", file=sys.stderr)
    for line in idle(exclude) if args.exclude is not None else ():
        print(f"--exclude {visible(line)!r} matches no file and no folder", file=sys.stderr)


def _why_not(path: Path) -> str:
    """Return why a path that was named cannot be audited."""
    if path.exists():
        return "neither a file nor a folder"
    return "a link that leads nowhere" if path.is_symlink() else "no such file or folder"


def _since(audit: ProjectAudit, args: argparse.Namespace) -> Result:
    """Return what is new. Raises UsageError."""
    option = "--staged" if args.staged else "--diff"
    if args.write_baseline is not None:
        raise UsageError(
            f"--write-baseline writes all findings, {option} reports only new ones; leave out one"
        )
    try:
        return audit.since(args.diff)
    except GitError as error:
        is_path = args.diff not in (None, "", "HEAD") and Path(args.diff).exists()
        hint = f"; for the path {args.diff}, write `--diff=HEAD {args.diff}`" if is_path else ""
        raise UsageError(f"{option}: {error}{hint}") from None


def _active(args: argparse.Namespace, options: Options, entries: dict[str, Entry]) -> set[str]:
    """Return the slugs to report. Raises UsageError for unknown ones, and if no code shows one."""
    select, ignore = _slugs(args.select, entries), _slugs(args.ignore, entries)
    chosen = select if select is not None else options.select
    if ignore is None:
        ignore = options.ignore if select is None else None
    for slug in chosen or ():
        if entries[slug].unseen:
            raise UsageError(
                f"{slug} cannot be selected, because no code shows it: {entries[slug].unseen}"
            )
    return set(entries if chosen is None else chosen) - set(ignore or ())


def _slugs(given: list[str] | None, known: Collection[str]) -> list[str] | None:
    if given is None:
        return None
    slugs = [slug.strip() for text in given for slug in text.split(",") if slug.strip()]
    _check(slugs, known)
    if not slugs:
        raise UsageError("--select and --ignore need the slug of a rule; --list prints all")
    return slugs


def _check(slugs: Sequence[str], known: Collection[str]) -> None:
    for slug in slugs:
        if slug not in known:
            hint = near(slug, known) or "; --list prints all"
            raise UsageError(f"there is no rule {slug!a}{hint}")


def _exclude(args: argparse.Namespace, options: Options, folders: Iterable[Path]) -> list[Watched]:
    """Return the patterns to leave out: of the command line, in each folder, else of the file."""
    if args.exclude is not None:
        return [Watched(args.exclude, folder) for folder in dict.fromkeys(folders)]
    return [Watched(options.exclude, options.folder)] if options.exclude else []


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


def _show(
    findings: Sequence[Finding],
    entries: Mapping[str, Entry],
    form: str,
    scope: Scope,
    args: argparse.Namespace,
) -> None:
    """Write the files of --report, and print the report. Raises UsageError."""
    for kind, file in args.report:
        try:
            text = f"{render(findings, entries, kind, scope, unfolded=args.all)}\n"
            replace_file(file, text.encode("utf-8", "backslashreplace"))
        except OSError as error:
            raise UsageError(f"{file}: {error.strerror}") from None
    if text := render(findings, entries, form, scope, unfolded=args.all):
        print(text)
    sys.stdout.flush()


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _listed(entry: Entry) -> str:
    why = f"\n    not shown by code: {entry.unseen}\n    ask: {entry.ask}" if entry.unseen else ""
    return f"{entry.slug} [{entry.severity}] {entry.title}{why}"


def _summary(findings: Sequence[Finding], files: int, seconds: float) -> str:
    if not findings:
        return f"no findings in {_number(files, 'file')}; {seconds:.1f} s"
    hit = _number(len({finding.path for finding in findings}), "file")
    return f"{_number(len(findings), 'finding')} in {hit} of {files}; {seconds:.1f} s"


def _number(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or f'{one}s'}"


def _fail(message: str) -> int:
    print(f"{called('audit.py')}: {visible(message)}", file=sys.stderr)
    return 2


def run() -> int:
    """Run as a command."""
    gc.disable()  # what is kept is needed to the end, and what is not is freed without it
    return run_command(main, "audit.py")
