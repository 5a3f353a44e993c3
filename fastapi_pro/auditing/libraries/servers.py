"""The servers' own command lines: which server a command starts, with which options."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from fastapi_pro.auditing.sources.shell import Command, commands
from fastapi_pro.auditing.sources.spots import Word

SERVERS = frozenset({"uvicorn", "gunicorn", "hypercorn", "granian", "fastapi"})
SHELLS = frozenset({"sh", "bash", "ash", "dash", "zsh"})
_RUNNERS = frozenset(
    {"poetry", "pipenv", "pdm", "uv", "rye", "hatch", "pixi", "conda", "micromamba"}
)
_LAUNCHERS = frozenset({
    "exec", "env", "nohup", "sudo", "su-exec", "gosu", "setpriv", "runuser", "chpst", "tini",
    "dumb-init", "time", "nice", "stdbuf", "opentelemetry-instrument", "ddtrace-run",
    "dd-trace-run", "newrelic-admin",
    "doppler", "dotenv", "infisical", "chamber", "catchsegv", "authbind",
    "coverage", "watchmedo", "scalene", "py-spy", "memray",
})  # fmt: skip
_PYTHON = re.compile(r"python(?:\d[\d.]*)?")
_SHORT = {
    "w": "workers", "k": "worker-class", "t": "timeout", "b": "bind", "c": "config", "D": "daemon",
    "u": "user", "g": "group", "p": "pid", "n": "name", "e": "env", "R": "enable-stdio-inheritance",
}  # fmt: skip
_FLAGS = frozenset({
    "reload", "proxy-headers", "no-proxy-headers", "server-header", "no-server-header",
    "access-log", "date-header", "no-date-header", "use-colors", "no-use-colors", "no-access-log",
    "factory", "preload", "preload-app", "daemon", "version", "help", "capture-output",
    "check-config", "print-config", "spew", "reuse-port", "no-sendfile", "enable-stdio-inheritance",
    "debug",
    "disable-redirect-access-to-syslog", "strip-header-spaces", "no-reload", "dev", "no-ws",
    "respawn-failed-workers", "log-access", "no-log-access", "proxy-protocol", "initgroups",
})  # fmt: skip
_APPLICATION = re.compile(r"([A-Za-z_][\w.]*)(?::[\w.]+(?:\(.*\))?)?")


@dataclass(eq=False)
class Served:
    """A command that starts a server. `options` have long names; a flag's value is its own name.

    `application` is the module to serve, "" where it is not written, and `target` the same with its
    attribute, as in "app.main:app"; `place` is the server's word.
    """

    server: str
    place: Word
    application: str = ""
    target: str = ""
    options: dict[str, Word] = field(default_factory=dict)
    launchers: tuple[str, ...] = ()


def name_of(word: Word) -> str:
    """Return the name of a program without its folder."""
    return word.text.replace("\\", "/").rpartition("/")[2].removesuffix(".exe")


def inner_shell(words: Sequence[Word]) -> tuple[str, Word] | None:
    """Return the shell and its text in `sh -c "text"`, also behind launchers."""
    for at, word in enumerate(words[:6]):
        if name_of(word) in SHELLS:
            for option, text in zip(words[at + 1 :], words[at + 2 :], strict=False):
                if re.fullmatch(r"-[a-z]*c", option.text):
                    return name_of(word), text
                if not option.text.startswith("-"):
                    return None
    return None


def unfolded(command: Command) -> Iterator[Command]:
    """Yield a command, or the commands in the text that it passes to a shell."""
    found = inner_shell(command.words)
    if found is None:
        yield command
        return
    text = found[1]
    for inner in commands(text):
        inner.is_conditional = inner.is_conditional or command.is_conditional
        yield inner


def served(words: Sequence[Word]) -> Served | None:
    """Return the server that a command starts, None if it starts none."""
    at = _behind_launchers(words)
    if at is None or at >= len(words):
        return None
    server = name_of(words[at])
    rest = words[at + 1 :]
    if server not in SERVERS:
        return None
    if server == "fastapi":
        if not rest or rest[0].text not in ("run", "dev"):
            return None
        server, rest = f"fastapi {rest[0].text}", rest[1:]
    found = Served(server, words[at], launchers=tuple(name_of(word) for word in words[:at]))
    _read_options(found, rest)
    return None if {"help", "version"} & set(found.options) else found


def module_run(words: Sequence[Word]) -> str:
    """Return the module or file that `python` runs: of `python -m app`, `uv run main.py`."""
    at = _behind_launchers(words, python=True)
    if at is None or at >= len(words):
        return ""
    rest = [word.text for word in words[at:]]
    if _PYTHON.fullmatch(name_of(words[at])):
        rest = rest[1:]
        while rest and rest[0].startswith("-") and rest[0] != "-m":
            rest = rest[2:] if rest[0] in ("-X", "-W") else rest[1:]
    elif "uv" not in map(name_of, words[:at]):
        return rest[0] if rest[0].startswith(("./", "/")) and rest[0].endswith(".py") else ""
    if rest[:1] in (["-m"], ["--module"]):
        return rest[1] if len(rest) > 1 else ""
    return rest[0] if rest and rest[0].endswith(".py") else ""


def behind_launchers(words: Sequence[Word]) -> Sequence[Word]:
    """Return a command without `exec`, `poetry run`, `FOO=1` and the like before it."""
    at = _behind_launchers(words)
    return [] if at is None else words[at:]


def _behind_launchers(words: Sequence[Word], *, python: bool = False) -> int | None:
    """Return the index of the program itself, after words that only prepare its start."""
    at = 0
    while at < len(words):
        name = name_of(words[at])
        if re.match(r"\w+=", words[at].text):
            at += 1
        elif name in _RUNNERS:
            at = _behind_run(words, at)
            if at < 0:
                return None
        elif name in _LAUNCHERS or "wait" in name:
            at = _behind_options(words, at, name)
        elif _PYTHON.fullmatch(name) and not python:
            at += 1
            while at < len(words) and words[at].text.startswith("-") and words[at].text != "-m":
                at += 2 if words[at].text in ("-X", "-W") else 1
            if at >= len(words) or words[at].text != "-m":
                return None
            at += 1
        else:
            return at
    return None


def _behind_run(words: Sequence[Word], at: int) -> int:
    """Return the index after `uv run --flags`, -1 for another command of the runner."""
    while at < len(words) and words[at].text not in ("run", "add", "sync", "install", "pip"):
        at += 1
    if at >= len(words) or words[at].text != "run":
        return -1
    at += 1
    while at < len(words) and re.match(r"-(?!m$|-module$)", words[at].text):
        takes_value = re.fullmatch(
            r"--(?:extra|group|package|env-file|python|with|project|directory|only-group|name|env|"
            r"environment|no-group|no-extra)|-[pne]",
            words[at].text,
        )
        at += 2 if takes_value else 1
    return at


def _behind_options(words: Sequence[Word], at: int, name: str) -> int:
    """Return the index after a launcher, its options and their values."""
    end = next((i for i, word in enumerate(words[at:], at) if word.text == "--"), None)
    if end is not None and name != "exec":
        return end + 1
    at += 1
    if name in ("gosu", "su-exec", "chpst"):
        at += 1
    while at < len(words):
        text = words[at].text
        if text.startswith("-"):
            takes_value = name in ("sudo", "runuser", "nice", "exec", "chpst") and len(text) == 2
            at += 2 if takes_value and text not in ("-E", "-H", "-n", "-c", "-l") else 1
        elif name in ("newrelic-admin", "doppler", "dotenv", "infisical", "coverage", "memray"):
            at += 1
            if text in ("run-program", "run"):
                break
        elif "wait" in name and name_of(words[at]) not in SERVERS:
            at += 1
        else:
            break
    return at


def _read_options(found: Served, words: Sequence[Word]) -> None:
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        text = word.text
        if not text.startswith("-") or text == "-":
            if not found.application and word.is_known and text:
                match = _APPLICATION.fullmatch(text)
                path = re.fullmatch(r"[\w./-]+\.py", text)
                found.application = text if path else match[1] if match else ""
                found.target = text if path or match else ""
            continue
        name, equals, value = text.lstrip("-").partition("=")
        if not text.startswith("--"):
            short, glued = text[1], text[2:].removeprefix("=")
            name, value = _SHORT.get(short, short), glued
            equals = "=" if glued else ""
        if equals:
            found.options[name] = Word(value, word.line, word.column, word.is_known)
        elif name in _FLAGS or at >= len(words):
            found.options[name] = word
        else:
            found.options[name] = Word(words[at].text, word.line, word.column, words[at].is_known)
            at += 1
