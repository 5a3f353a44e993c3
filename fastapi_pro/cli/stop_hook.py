"""The plugin's Stop hook: before the assistant stops, it reports the faults in its changes.

usage: stop_hook.py        (reads the event of Claude Code on stdin)

It audits the changes since HEAD in the folder of the session, untracked files too. It prints at
most ten new findings of high and medium severity, as the decision that the assistant must go on.

It prints nothing if there are none, if it reported them before in this session, if the project has
no FastAPI or no git, while the assistant only plans, and when anything fails. Exits with 0. Needs
only the standard library of Python 3.11.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from fastapi_pro.auditing.sources.git import git_environment
from fastapi_pro.messages import counted
from fastapi_pro.paths import ROOT

OPTION = "CLAUDE_PLUGIN_OPTION_AUDIT_ON_STOP"
"""The user's answer to `audit_on_stop` of plugin.json; not there unless they gave one."""
SECONDS = 25  # of the 30 that plugin/hooks/hooks.json gives
_MOST = 10  # findings
_LONGEST = 9_500  # characters; the client takes 10,000
_TEXT = 300  # characters of a message, a fix
_KEPT = 7 * 24 * 3600  # seconds for which a session is remembered
_FASTAPI = "(^|\r)[[:space:]]*(from|import)[[:space:]]+fastapi([^[:alnum:]_]|$)"
_NO_SKILLS = ":(exclude,glob)**/.*/**"  # ours has FastAPI code in .claude

Finding = dict[str, Any]
"""A finding as `audit.py --format json` prints it."""


def main() -> int:
    """Print the decision, if any, and return 0 whatever happens."""
    with contextlib.suppress(Exception, KeyboardInterrupt):
        decision = decide(json.loads(sys.stdin.buffer.read()), os.environ)
        sys.stdout.buffer.write(decision.encode())
    return 0


def decide(event: Mapping[str, Any], environment: Mapping[str, str]) -> str:
    """Return what to print for a Stop event, "" to let the assistant stop.

    Raises OSError, ValueError, SubprocessError where it cannot tell.
    """
    may_mend = event.get("permission_mode") != "plan"
    if event.get("stop_hook_active") or environment.get(OPTION) == "false" or not may_mend:
        return ""
    limit = Limit(SECONDS)
    asked = _git(Path(event["cwd"]), limit, "rev-parse", "--show-toplevel")
    top = Path(os.fsdecode(asked.rstrip(b"\r\n")))
    folder = _folder(top, environment.get("CLAUDE_PROJECT_DIR", ""))
    changed = _changed(folder, top, limit)
    if not changed or not _has_fastapi(folder, limit):
        return ""
    data = environment.get("CLAUDE_PLUGIN_DATA", "")
    memory = Memory(data, str(event.get("session_id", "")))
    if memory.knows(changed):
        return ""
    try:
        found = new_findings(folder, data, limit)
    except subprocess.TimeoutExpired:
        memory.give_up()
        return ""
    new = [f for f in found if f["severity"] in ("high", "medium") and not memory.was_told(f)]
    decision, told = _decision(new)
    memory.keep(changed, told)
    return decision


class Limit:
    """The time that is left."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Return how many seconds are left."""
        return max(0.0, self._end - time.monotonic())


class Memory:
    """What was reported to a session, and which changes were audited; kept in the data folder."""

    def __init__(self, data: str, session: str) -> None:
        is_named = bool(data) and session.replace("-", "").isalnum()
        self._file = Path(data, "told", f"{session}.json") if is_named else None
        self._kept: dict[str, Any] = {"changed": [], "told": [], "is_slow": False}
        with contextlib.suppress(OSError, ValueError):
            if self._file is not None:
                self._kept |= json.loads(self._file.read_bytes())

    def knows(self, changed: Sequence[str]) -> bool:
        """Say whether nothing has changed since the last audit, or an audit took too long."""
        return self._kept["is_slow"] is True or self._kept["changed"] == list(changed)

    def was_told(self, finding: Finding) -> bool:
        """Say whether a finding was reported to the session, even if its line has moved."""
        return _key(finding) in self._kept["told"]

    def keep(self, changed: Sequence[str], told: Iterable[Finding]) -> None:
        """Remember what was audited, and what was reported."""
        self._kept |= {"changed": changed, "told": [*self._kept["told"], *map(_key, told)]}
        self._write()

    def give_up(self) -> None:
        """Remember that this project takes too long."""
        self._kept["is_slow"] = True
        self._write()

    def _write(self) -> None:
        if self._file is None:
            return
        with contextlib.suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._file.write_text(json.dumps(self._kept))
            for file in self._file.parent.iterdir():
                if file.stat().st_mtime < time.time() - _KEPT:
                    file.unlink()


def _key(finding: Finding) -> list[str]:
    return [finding["path"], finding["slug"], finding["message"]]


def _folder(top: Path, project: str) -> Path:
    """Return the folder of the session: its project, or the worktree if it went to one."""
    named = Path(project) if project else top
    return named if named.resolve().is_relative_to(top.resolve()) else top


def _changed(folder: Path, top: Path, limit: Limit) -> list[str]:
    """Return the files that differ from HEAD and that the audit reads, as they are now."""
    status = ("status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames")
    words = os.fsdecode(_git(folder, limit, *status, "--", ".")).split("\0")
    names = [word[3:] for word in words if word]
    if not any(name.endswith(".py") for name in names):
        from fastapi_pro.auditing.sources.deploy_files import may_be_deploy_file  # noqa: PLC0415 -- takes long to import, and seldom needed

        names = [name for name in names if may_be_deploy_file(name)]
    return [f"{name} {_stamp(top / name)}" for name in sorted(names)]


def _stamp(file: Path) -> str:
    try:
        found = file.stat()
    except OSError:
        return "gone"
    return f"{found.st_mtime_ns} {found.st_size}"


def _has_fastapi(folder: Path, limit: Limit) -> bool:
    grep = ("grep", "--quiet", "--untracked", "--no-recurse-submodules", "-E", _FASTAPI)
    return _run_git(folder, limit, *grep, "--", "*.py", _NO_SKILLS).returncode == 0


def _git(folder: Path, limit: Limit, *arguments: str) -> bytes:
    done = _run_git(folder, limit, *arguments)
    done.check_returncode()
    return done.stdout


def _run_git(folder: Path, limit: Limit, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(  # noqa: S603 -- git, with arguments of ours
        ["git", "-C", os.fspath(folder), *arguments],  # noqa: S607 -- the user's
        env=git_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=limit.left,
        check=False,
    )


def new_findings(folder: Path, data: str, limit: Limit) -> list[Finding]:
    """Return the findings that HEAD did not have. Raises TimeoutExpired.

    Compiled modules and earlier findings are kept in the plugin's data folder, which is removed
    with the plugin.
    """
    audit = [sys.executable, "-S", str(ROOT / "scripts" / "audit.py"), "--diff", "HEAD"]
    cache = {"XDG_CACHE_HOME": data} if data else {}
    with subprocess.Popen(  # noqa: S603 -- a script of ours
        [*audit, "--format", "json"],
        cwd=folder,
        env=os.environ | cache,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            output, _ = process.communicate(timeout=limit.left)
        except subprocess.TimeoutExpired:
            _kill(process)
            raise
    found: list[Finding] = json.loads(output) if process.returncode == 1 else []
    return found


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the audit with the processes that it has started."""
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()


def _decision(findings: Iterable[Finding]) -> tuple[str, list[Finding]]:
    """Return what to print, and the findings in it."""
    from fastapi_pro.rulebook import CONSEQUENCES, SEVERITIES  # noqa: PLC0415 -- seldom needed

    def worst_first(f: Finding) -> tuple[int, int, str, int]:
        consequence = [*CONSEQUENCES].index(f["consequence"])
        return SEVERITIES.index(f["severity"]), consequence, f["path"], f["line"]

    causes: dict[tuple[str, ...], list[Finding]] = {}
    for f in sorted(findings, key=worst_first):
        place = f["cause"] or f"{f['path']}:{f['line']}:{f['column']}"
        causes.setdefault((f["slug"], place), []).append(f)
    groups = list(causes.values())
    for count in range(min(len(groups), _MOST), 0, -1):
        texts = [_text(group, CONSEQUENCES) for group in groups[:count]]
        reason = "\n\n".join([_begin(len(groups)), *texts, *_end(len(groups) - count)])
        decision = json.dumps({"decision": "block", "reason": reason}, ensure_ascii=False)
        if len(decision) <= _LONGEST:
            return decision, [f for group in groups[:count] for f in group]
    return "", []


def _begin(count: int) -> str:
    what = "a fault" if count == 1 else f"{count} faults"
    return (
        f"fastapi-pro: its audit found {what} in the changes since HEAD. Look at each in the "
        "source, and fix it. Where the code is right, write "
        "`# fastapi-pro: ignore[SLUG] reason` on its line. Leave what the user wants that way, or "
        "what is not part of this task, and say so."
    )


def _end(left_out: int) -> list[str]:
    script = (ROOT / "scripts" / "run.sh").as_posix()
    more = f'{left_out} more: sh "{script}" audit --diff\n' if left_out else ""
    return [f'{more}The rule, with bad and good code: sh "{script}" rules SLUG']


def _text(group: Sequence[Finding], consequences: Mapping[str, str]) -> str:
    f = group[0]
    place = f"{f['path']}:{f['line']}:{f['column']}"
    more = f" (and in {counted(len(group) - 1, 'more place')})" if len(group) > 1 else ""
    return (
        f"{place}: {f['slug']} [{f['severity']}] {_short(f['message'])}{more}\n"
        f"    consequence: {consequences[f['consequence']]}\n"
        f"    fix: {_short(f['fix'])}"
    )


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _TEXT else f"{line[:_TEXT]} ..."


def run() -> int:
    """Run as a command."""
    return main()
