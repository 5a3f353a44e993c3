"""What the commands share: the help of each is the docstring of its module."""

import argparse
import contextlib
import errno
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

_OUTPUT = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
_words_of: list[str] = []


def are_words_of(command: str) -> None:
    """From now on, call the commands by the words of one command, not by their scripts."""
    _words_of[:] = [command]


def called(script: str) -> str:
    """Return what the user wrote to run this: `audit.py`, or `fastapi-pro audit`."""
    if not _words_of or not script.endswith(".py"):
        return script
    return " ".join([*_words_of, script.removesuffix(".py")])


def parser_of(docstring: str | None) -> argparse.ArgumentParser:
    """Return a parser that prints the docstring's parts: a summary, `usage: NAME ...`, the rest."""
    summary, _, rest = (docstring or "").partition("\n\n")
    usage, _, about = rest.partition("\n\n")
    usage = usage.removeprefix("usage: ")
    script = usage.partition(" ")[0]
    return argparse.ArgumentParser(
        prog=called(script),
        usage=usage.replace(script, called(script)),
        description=summary,
        epilog=about,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


def positive(text: str) -> int:
    """Return the number of an option. Raises ArgumentTypeError."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!a} is not a whole number above 0")
    return int(text)


def run_command(main: Callable[[], int], name: str) -> int:
    """Return the exit code of `main`, run as the script `name`.

    Characters that the terminal cannot print are escaped. A closed pipe gives 1 and an interruption
    130. An output that cannot be written and an internal error give 2, and one line instead of a
    traceback: CI can tell them from findings.
    """
    _open_streams()
    try:
        code = _code(main)
        sys.stdout.flush()
    except BrokenPipeError:
        _drop_output()
        return 1
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001 -- see above
        told = _told(error)
        with contextlib.suppress(OSError):
            print(f"{called(name)}: {told}", file=sys.stderr)
        return 2
    return code


def _open_streams() -> None:
    """Have streams that lose what they get where the caller has closed the real ones.

    A pipe on Windows gets UTF-8, which git, Claude Code and GitHub read there, too.
    """
    for stream in ("stdout", "stderr"):
        if getattr(sys, stream) is None:
            setattr(sys, stream, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 -- it stays open
        if isinstance(found := getattr(sys, stream), io.TextIOWrapper):
            is_own = os.name == "nt" and not found.isatty() and "PYTHONIOENCODING" not in os.environ
            found.reconfigure(encoding="utf-8" if is_own else None, errors="backslashreplace")


def _code(main: Callable[[], int]) -> int:
    """Return the exit code of `main`, also where argparse ends it."""
    try:
        return main()
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 0


def _drop_output() -> None:
    """Let Python lose what it would write to stdout at its end."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _told(error: Exception) -> str:
    """Return what to say of an error that no command has handled.

    If it is that the output cannot be written, Python does not try again at its end.
    """
    if isinstance(error, OSError) and error.filename is None and error.errno in _OUTPUT:
        _drop_output()
        return f"the output cannot be written: {error.strerror}"
    import traceback  # noqa: PLC0415 -- seldom needed, and it takes long to import

    where = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(where.filename).name}:{where.lineno}"
    told = f"{type(error).__name__}: {' '.join(str(error).split())} at {place}"
    return f"internal error, please report it: {told}"


def leave(code: int) -> NoReturn:
    """End the process at once: to free millions of small objects takes a twentieth of an audit."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError):
            stream.flush()
    os._exit(code)
