"""Print all rules, or one of them with its bad and its good code.

usage: rules.py [SLUG]

Exits with 2 when there is no such rule, with 1 when a file of a rule is missing or wrong. Needs
only the standard library of Python 3.11.
"""

import sys

from fastapi_pro.auditing.reporting.catalogue import OWN
from fastapi_pro.command_line import called, parser_of, run_command
from fastapi_pro.messages import near
from fastapi_pro.paths import RULES
from fastapi_pro.rulebook import RuleError, load_rules, page


def main(argv: list[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = parser_of(__doc__)
    parser.add_argument("slug", metavar="SLUG", nargs="?", help="the rule, as a finding names it")
    slug = parser.parse_args(argv).slug
    try:
        rules = {rule.slug: rule for rule in load_rules(RULES)}
    except (OSError, RuleError) as error:
        print(f"{called('rules.py')}: {error}", file=sys.stderr)
        return 1
    if slug is None:
        for rule in rules.values():
            print(f"{rule.tier:9} {rule.slug}\n          {rule.title}")
        return 0
    known = {*rules, *(entry.slug for entry in OWN)}
    if slug not in known:
        hint = near(slug, known) or f"; {called('rules.py')} lists all"
        print(f"{called('rules.py')}: there is no rule {slug!a}{hint}", file=sys.stderr)
        return 2
    try:
        print(page(slug), end="")
    except OSError as error:
        print(f"{called('rules.py')}: {error}; scripts/build.py makes it", file=sys.stderr)
        return 1
    return 0


def run() -> int:
    """Run as a command."""
    return run_command(main, "rules.py")
