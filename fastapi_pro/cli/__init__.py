"""The commands that users call: each is a script of `scripts/`, and a word of `fastapi-pro`."""

import importlib
import sys

from fastapi_pro import __version__, bytecode
from fastapi_pro.command_line import are_words_of, leave, run_command
from fastapi_pro.messages import near

_NAME = "fastapi-pro"
_WORDS = {
    "audit": "find broken rules in a FastAPI code base",
    "new": "start a FastAPI service in a new folder",
    "rules": "print the rules, or one of them",
    "install": "install the skills where Claude Code finds them",
    "validate": "check skills, plugins and hooks, yours or ours",
}


def main() -> int:
    """Run the command that the first argument names, and return its exit code."""
    return run_command(_run_first, _NAME)


def _run_first() -> int:
    word = sys.argv[1] if len(sys.argv) > 1 else ""
    if word == "--version":
        print(f"{_NAME} {__version__}")
        return 0
    if word in ("-h", "--help"):
        print(_help())
        return 0
    if word not in _WORDS:
        unknown = f"{_NAME}: there is no command {word!a}{near(word, _WORDS)}\n\n" if word else ""
        print(f"{unknown}{_help()}", file=sys.stderr)
        return 2
    del sys.argv[1]
    are_words_of(_NAME)
    sys.dont_write_bytecode = True  # nothing is written where the package lies
    if word == "audit":
        bytecode.keep()
        leave(run_word(word, f"{_NAME} {word}"))
    return run_word(word, f"{_NAME} {word}")


def run_script(word: str) -> int:
    """Run a command as the script of `scripts/` that has its name, and return its exit code."""
    name = f"{word}.py"
    return run_command(lambda: run_word(word, name), name)


def run_word(word: str, name: str) -> int:
    """Run the command of a word, which messages call `name`, and return its exit code."""
    try:
        command = importlib.import_module(f"{__name__}.{word}")
    except ModuleNotFoundError as error:
        print(f"{name}: {_missing(word, str(error.name))}", file=sys.stderr)
        return 2
    code: int = command.run()
    return code


def _missing(word: str, module: str) -> str:
    """Say what to do where a module is missing: one of ours, or of a library of validate's."""
    if module.startswith(__package__):
        return f"an installed skill does not have it; run uvx {_NAME} {word}"
    extra = f"'{_NAME}[{word}]'"
    return f"the module {module} is missing; run uvx {extra} {word}, or pip install {extra}"


def _help() -> str:
    words = "\n".join(f"  {word:8} {what}" for word, what in _WORDS.items())
    return (
        f"usage: {_NAME} COMMAND [ARGUMENT ...]\n       {_NAME} --version\n\n{words}\n\n"
        f"{_NAME} COMMAND --help explains a command."
    )
