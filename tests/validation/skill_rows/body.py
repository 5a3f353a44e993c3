r"""The text of a skill: what is replaced and run in it when it is called with ARGUMENTS.

Fences and backticks protect nothing. A number that no argument has stays; in the older client it
is removed, and there a backslash protects no dollar.
"""

from typing import Any

from tests.validation.skill_rows.row import ARGUMENTS, END, D, Row, front

_BELOW = f"\n\n\nARGUMENTS: {ARGUMENTS}"
"""What follows a text in which no argument stands."""
FOLDER = "{folder}"
"""The folder of the skill, in what is loaded."""


def _row(name: str, text: str, loaded: str, fields: str, **more: Any) -> Row:
    lines = f"{D}\n{fields}" if fields else D
    if "older" in more:
        more["older"] = {"loaded": f"{more['older']}\n{END}"}
    return Row(name, front(lines, f"{text}\n{END}"), loaded=loaded, **more)


def _filled(name: str, text: str, loaded: str, fields: str = "", **more: Any) -> Row:
    """Return a row in whose text arguments are filled in."""
    return _row(name, text, f"{loaded}\n{END}", fields, **more)


def _kept(name: str, text: str, loaded: str = "", fields: str = "", **more: Any) -> Row:
    """Return a row in whose text no argument stands."""
    return _row(name, text, f"{loaded or text}\n{END}{_BELOW}", fields, **more)


_PROSE: dict[str, Any] = {"warnings": ("client-syntax",)}
_FENCE: dict[str, Any] = {"errors": ("client-syntax",)}
_HINT = "argument-hint: '[x]'"

_ARGUMENTS = [
    _filled("all", "all: $ARGUMENTS", f"all: {ARGUMENTS}"),
    _filled("all-longer", "$ARGUMENTSx", f"{ARGUMENTS}x"),
    _filled("all-by-number", "$ARGUMENTS[1]", "be ta"),
    _filled("numbers", "`$0` and $1", "`alpha` and be ta", warnings=("client-syntax",) * 2),
    _filled("numbers-taken", "$0, $1 and $9", "alpha, be ta and $9", _HINT,
            older="alpha, be ta and "),
    _kept("number-and-letter", "$1k $1_ $1a"),
    _filled("number-and-sign", "$1-x $1é", "be ta-x be taé", warnings=("client-syntax",) * 2),
    _filled("number-in-fence", "```sh\necho $1\n```", "```sh\necho be ta\n```", **_FENCE),
    _filled("number-in-awk", "```sh\nawk '{print $1}'\n```", "```sh\nawk '{print be ta}'\n```",
            _HINT, **_FENCE),
    _kept("price", "It costs $29.", older="It costs ."),
    _filled("price-of-one", "It costs $1.50.", "It costs be ta.50.", **_PROSE),
    _kept("escaped", r"\$1 and \$ARGUMENTS", "$1 and $ARGUMENTS",
          older=rf"\be ta and \{ARGUMENTS}"),
    _filled("escaped-twice", r"\\$1", r"\\be ta", **_PROSE),
    _kept("dollars", "$HOME ${HOME} ${0} $name {id} $(date) $@ ${ARGUMENTS} {{args}}"),
    _filled("named", "$path $paths ${path} $path-x", "alpha $paths ${path} alpha-x",
            "arguments: [path]"),
    _filled("named-in-fence", "```sh\nfor path in *; do wc $path; done\n```",
            "```sh\nfor path in *; do wc alpha; done\n```", "arguments: [path]", **_FENCE),
]  # fmt: skip

_VARIABLES = [
    _kept("skill-dir", "`${CLAUDE_SKILL_DIR}/x`", f"`{FOLDER}/x`"),
    _kept("skill-dir-fence", "```\n${CLAUDE_SKILL_DIR}\n```", f"```\n{FOLDER}\n```"),
    _kept("skill-dir-escaped", r"\${CLAUDE_SKILL_DIR}", rf"\{FOLDER}"),
    _kept("skill-dir-bare", "$CLAUDE_SKILL_DIR/x", **_PROSE),
    _kept("plugin-root", "${CLAUDE_PLUGIN_ROOT}/x", **_PROSE),
    _kept("plugin-data", "${CLAUDE_PLUGIN_DATA}/x", **_PROSE),
    _kept("another-variable", "${CLAUDE_CONFIG_FILE} ${CLAUDE_ANYTHING}"),
]

_COMMANDS = [
    _kept("command", "now: !`echo run` x", "now: run x"),
    _kept("command-in-list", "- !`echo run`\n> !`echo run`", "- run\n> run"),
    _kept("command-in-comment", "<!-- !`echo run` -->", "<!-- run -->"),
    _kept("command-in-word", "word!`echo run` (!`echo run`) **!`echo run`** ! `echo run`"),
    _kept("command-in-ticks", "``!`echo run` `` `!cmd`"),
    _kept("command-empty", "!`` and ```` !`` ````"),
    _kept("command-in-fence", "```\n!`echo run`\nx\n```", "```\nrun\nx\n```", **_FENCE),
    _kept("command-alone", "```\n!`echo run`\n```", "```\nrun\n```", **_PROSE),
    _kept("command-in-lines", "```\n!`echo run \\\nwalk`\n```", "```\nrun walk\n```", **_PROSE),
    _kept("bang-fence", "```!\necho run\n```", "run"),
    _kept("bang-fence-listed", "- x\n  ```!\n  echo run\n  ```", "- x\n  run"),
    _kept("bang-fence-spaced", "``` !\necho run\n```"),
    _kept("bang-tildes", "~~~!\necho run\n~~~"),
    _kept("bang-after-language", "```sh!\necho run\n```"),
    _kept("bang-fence-in-fence", "````md\n```!\necho run\n```\n````", "````md\nrun\n````",
          **_FENCE),
]  # fmt: skip

BODY = [*_ARGUMENTS, *_VARIABLES, *_COMMANDS]
