"""The tables of `library_calls`: each name in them is a library's.

Of the libraries that are not installed nothing is looked up. All of them at once, by hand:

    uv run --with stripe,twilio,boto3,... pytest tests/audit/test_library_calls.py
"""

import importlib
import importlib.util
from collections import defaultdict

import pytest

from fastapi_pro.auditing.libraries.library_calls.clients import KEPT_CLIENTS
from fastapi_pro.auditing.libraries.library_calls.computing import COMPUTING_TABLE, FILES_TABLE
from fastapi_pro.auditing.libraries.library_calls.passwords import HASHES_TABLE, VERIFICATIONS_TABLE
from fastapi_pro.auditing.libraries.library_calls.waiting import (
    BLOCKING_TABLE,
    LOCAL_TABLE,
    SLOW_COROUTINES_TABLE,
    SLOW_TABLE,
)
from fastapi_pro.auditing.model.library_types import ATTRIBUTES, METHODS, RETURNS

TABLES = (
    SLOW_TABLE, BLOCKING_TABLE, SLOW_COROUTINES_TABLE, COMPUTING_TABLE, FILES_TABLE, HASHES_TABLE,
    VERIFICATIONS_TABLE, LOCAL_TABLE,
)  # fmt: skip
# Their classes are made when the program runs, or are another library's of that name.
MADE_LATER = {"boto3.client", "boto3.resource", "google.genai.Client.models"}
OTHERWISE = {
    "google.generativeai.GenerativeModel",  # an old package, no longer maintained
    "google.generativeai.GenerativeModel.generate_content",
    "mistralai.Mistral",  # before 2.0
    "sqlalchemy.Engine.execute",  # before 2.0
    "sqlalchemy.orm.Session.exec",  # SQLModel's session goes by SQLAlchemy's name
    "sqlalchemy.orm.scoped_session.exec",
}
ABSENT = object()


def entries() -> dict[str, set[str]]:
    """Return the names in all tables, by package."""
    named = {*KEPT_CLIENTS, *RETURNS, *RETURNS.values()}
    named |= {f"{kind}.{member}" for kind, member in METHODS} | {*METHODS.values()}
    named |= {*ATTRIBUTES.values()}
    for table in TABLES:
        for owner, members in table.items():
            if owner.endswith(".*"):
                named.add(owner[:-2])
            elif owner not in MADE_LATER:
                listed = (name.lstrip("-") for name in members.split() if name != "*")
                named |= {owner, *(f"{owner}.{name}" for name in listed)}
    found = defaultdict(set)
    for name in named - MADE_LATER - OTHERWISE:
        found[name.partition(".")[0]].add(name)
    return found


def looked_up(name: str) -> object:
    """Return what a dotted name stands for, or ABSENT."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:length]))
        except ImportError:
            continue
        except Exception:  # noqa: BLE001 -- pwdlib's own: another library that it needs is not there
            return None
        for part in parts[length:]:
            found = getattr(found, part, ABSENT)
        return found
    return ABSENT


BY_PACKAGE = entries()
INSTALLED = [package for package in BY_PACKAGE if importlib.util.find_spec(package)]


@pytest.mark.parametrize("package", sorted(INSTALLED))
def test_each_name_is_the_library_s(package: str) -> None:
    assert [name for name in sorted(BY_PACKAGE[package]) if looked_up(name) is ABSENT] == []


def test_a_name_that_no_library_has_is_seen() -> None:
    assert looked_up("shutil.rmtree") is not ABSENT
    assert looked_up("shutil.remove_everything") is ABSENT
