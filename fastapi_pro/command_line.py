"""What the commands share: the help of each is the docstring of its module."""

import argparse
import contextlib
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

_words_of: list[str] = []


def are_words_of(command: str) -> None:
    """From now on, call the commands by the words of one command, not by their scripts."""
    _words_of[:] = [command]


def called(script: str) -> str:
    """Return what the user wrote to run this: `audit.py`, or `fastapi-pro audit`."""
    return " ".join([*_words_of, script.removesuffix(".py")]) if _words_of else script


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
    130. An internal error gives 2, and one line instead of a traceback: CI can tell it from
    findings.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        code = main()
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001 -- see above
        import traceback  # noqa: PLC0415 -- seldom needed, and it takes long to import

        where = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(where.filename).name}:{where.lineno}"
        told = f"{type(error).__name__}: {' '.join(str(error).split())} at {place}"
        print(f"{called(name)}: internal error, please report it: {told}", file=sys.stderr)
        return 2
    return code


def leave(code: int) -> NoReturn:
    """End the process at once: to free millions of small objects takes a twentieth of an audit."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError):
            stream.flush()
    os._exit(code)
