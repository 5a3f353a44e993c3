"""Print all rules, or one of them with its bad and its good code.

usage: rules.py [SLUG]

Exits with 2 when there is no such rule, with 1 when a file of a rule is missing or
wrong. Needs only the standard library.
"""

import sys

from fastapi_pro.command_line import called, run_command
from fastapi_pro.messages import near
from fastapi_pro.paths import RULES
from fastapi_pro.rulebook import RuleError, load_rules, page


def main(argv: list[str] | None = None) -> int:
    """Run the command and return its exit code."""
    arguments = sys.argv[1:] if argv is None else argv
    try:
        rules = {rule.slug: rule for rule in load_rules(RULES)}
    except (OSError, RuleError) as error:
        print(f"{called('rules.py')}: {error}", file=sys.stderr)
        return 1
    if len(arguments) > 1 or any(word.startswith("-") for word in arguments):
        usage = (__doc__ or "").split("\n\n", 1)[1].rstrip()
        print(usage.replace("rules.py", called("rules.py")))
        return 0 if arguments == ["--help"] else 2
    if not arguments:
        for rule in rules.values():
            print(f"{rule.tier:9} {rule.slug}\n          {rule.title}")
        return 0
    if arguments[0] not in rules:
        hint = near(arguments[0], rules)
        print(f"{called('rules.py')}: there is no rule {arguments[0]!a}{hint}", file=sys.stderr)
        return 2
    try:
        print(page(arguments[0]), end="")
    except OSError as error:
        print(f"{called('rules.py')}: {error}; scripts/build.py makes it", file=sys.stderr)
        return 1
    return 0


def run() -> int:
    """Run as a command."""
    return run_command(main, "rules.py")
