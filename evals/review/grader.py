"""The nine planted faults are named at their places.

Nothing that is sound is called a fault, and the code is as it was.
"""

import ast
import json
import re
from pathlib import Path

import pytest

MOST = 15


class Review:
    """The findings, and the functions that they are about."""

    def __init__(self, answer: Path) -> None:
        file = answer / "review.json"
        assert file.is_file(), "there is no review.json"
        self.findings = json.loads(file.read_text(encoding="utf-8"))
        assert isinstance(self.findings, list), "review.json is no list"
        for one in self.findings:
            assert {"file", "line", "problem"} <= one.keys(), f"{one} has not the three keys"
        self.answer = answer

    def about(self, file: str, name: str) -> list[str]:
        """Return what is said of a function or constant, wherever in it."""
        first, last = span(self.answer / file, name)
        return [
            str(one["problem"])
            for one in self.findings
            if Path(one["file"]).as_posix().removeprefix("./") == file
            and first <= int(one["line"]) <= last
        ]

    def names(self, words: str, *places: tuple[str, str]) -> None:
        """Raise AssertionError unless one of the places is said to have such a problem."""
        told = [problem for place in places for problem in self.about(*place)]
        assert told, f"nothing is said of {' or '.join(name for _, name in places)}"
        is_meant = any(re.search(words, problem, re.IGNORECASE) for problem in told)
        assert is_meant, f"another problem is named there: {told[0]}"


def span(file: Path, name: str) -> tuple[int, int]:
    """Return the first and last line of a definition at the top of a module, and one around it."""
    for node in ast.parse(file.read_text()).body:
        decorators = getattr(node, "decorator_list", [])
        first = min([node.lineno, *(one.lineno for one in decorators)])
        names = [target.id for target in getattr(node, "targets", []) if hasattr(target, "id")]
        if name in (getattr(node, "name", None), *names):
            return first - 1, (node.end_lineno or first) + 1
    raise LookupError(f"{file} has no {name}")


@pytest.fixture
def review(answer: Path) -> Review:
    """The review, read."""
    return Review(answer)


MAIN = "app/main.py"


def test_sql_injection(review: Review) -> None:
    """The search puts what was typed into its SQL."""
    review.names(r"sql|inject|interpolat|f-string|bound|parameter", (MAIN, "search"))


def test_foreign_invoice(review: Review) -> None:
    """Everybody who is logged in sees each invoice by its id."""
    review.names(r"owner|other|any|belong|theirs|customer|idor|author", (MAIN, "show_invoice"))


def test_path(review: Review) -> None:
    """The download follows `..` out of the customer's folder."""
    review.names(r"travers|\.\.|path|outside|escape", (MAIN, "download"))


def test_blocking(review: Review) -> None:
    """The request for rates stops the event loop."""
    review.names(r"block|sync|event loop|stall|freez|stop", (MAIN, "rate"))


def test_hash_sent(review: Review) -> None:
    """The answer of /me has the password's hash in it."""
    review.names(r"hash|password|every column|all columns|response.?model", (MAIN, "me"))


def test_same_address_twice(review: Review) -> None:
    """Two sign-ups at once with one address: the second is a 500."""
    review.names(
        r"race|concurren|at once|same time|simultan|unique|IntegrityError|twice", (MAIN, "sign_up")
    )


def test_lost_update(review: Review) -> None:
    """Two payments at once are paid from the same credit."""
    review.names(r"race|concurren|at once|same time|simultan|lost|lock|twice|double", (MAIN, "pay"))


def test_session_of_the_request(review: Review) -> None:
    """The reminders use the session of a request that is over, and are lost with the process."""
    review.names(
        r"session|closed|background|lost|crash|restart", (MAIN, "remind"), (MAIN, "remind_all")
    )


def test_default_secret(review: Review) -> None:
    """Without JWT_SECRET the service starts with a secret that the repository tells."""
    review.names(r"secret|default|forge|hard.?coded|fallback", ("app/security.py", "SECRET"))


def test_no_false_alarm(review: Review) -> None:
    """What is sound is not called a fault, and there are at most fifteen findings."""
    sound = [(MAIN, "total"), (MAIN, "log_in"), (MAIN, "list_invoices")]
    sound += [("app/security.py", "current_customer"), ("app/security.py", "make_token")]
    alarms = [name for file, name in sound if review.about(file, name)]
    assert len(review.findings) <= MOST, f"there are {len(review.findings)} findings"
    assert len(alarms) <= 1, f"false alarms about {', '.join(alarms)}"
    assert review.findings, "there is no finding at all"


def test_code_unchanged(answer: Path, start: Path) -> None:
    """No file of the service is changed."""
    files = [file for file in start.rglob("*") if file.is_file() and file.suffix != ".pyc"]
    changed = [
        file.relative_to(start).as_posix()
        for file in files
        if not (answer / file.relative_to(start)).is_file()
        or (answer / file.relative_to(start)).read_bytes() != file.read_bytes()
    ]
    assert not changed, f"changed: {', '.join(changed)}"
