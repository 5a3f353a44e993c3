"""Rows that are deleted though others refer to them, by keys that forbid it."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from fastapi_pro.auditing.detection import Hit, Node, Program, fact
from fastapi_pro.auditing.libraries.error_answers import DATABASE, is_no_500
from fastapi_pro.auditing.libraries.fastapi import http_endpoints
from fastapi_pro.auditing.libraries.fastapi_requests import answering, request_functions
from fastapi_pro.auditing.libraries.foreign_keys import ForeignKey, foreign_keys, table_name
from fastapi_pro.auditing.libraries.growing_tables import made_by_endpoints
from fastapi_pro.auditing.libraries.sqlalchemy_engines import database
from fastapi_pro.auditing.libraries.sqlalchemy_models import Model, models
from fastapi_pro.auditing.libraries.sqlalchemy_rows import row_of
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import is_session

_ERRORS = ("IntegrityError", *DATABASE)
_ENDS = {"commit", "flush"}
_LEAVES_ALONE = ("cascade_delete", "passive_deletes", "secondary")
"""The options of a relationship with which SQLAlchemy sets no key to NULL."""
_BY_DATABASE = {"CASCADE", "SET DEFAULT", "SET NULL"}


@dataclass(frozen=True, slots=True)
class _Collection:
    """The side of a relationship on which the parent has its children: its name and its options."""

    name: str
    options: Node

    def says(self, option: str) -> object:
        """Return the value of an option, None where there is none, "?" where it cannot be read."""
        given = self.options.keyword(option)
        if not given:
            given = self.options.keyword("sa_relationship_kwargs").value.entry(option)
        is_unknown = bool(self.options.unpacked) or (bool(given) and given.constant is None)
        return "?" if is_unknown else given.constant


@dataclass(frozen=True, slots=True)
class _Children:
    """A model whose rows refer to rows of another one, and keep those from being deleted."""

    model: Model
    key: ForeignKey
    collection: _Collection | None


def detect(program: Program) -> Iterator[Hit]:
    """Yield the `session.delete(row)` that fail for a row which others refer to."""
    for call in program.calls_named("delete"):
        function = call.function
        if call.module.is_tool or function not in request_functions(program) or not call.args:
            continue
        parent = row_of(call.args[0]) if is_session(call.owner) else None
        for children in _refusing(program).get(parent.cls, []) if parent else []:
            if not _is_caught(call) and not _are_handled(call, children):
                yield _hit(call, parent, children)
                break


def _hit(call: Node, parent: Model, children: _Children) -> Hit:
    key, collection = children.key, children.collection
    column = f"`{key.column.full_name}`"
    if collection is None:
        why = f"{column} still refers to it"
        fix = '`ForeignKey(..., ondelete="CASCADE")` with a migration, or answer 409'
    else:
        why = f"SQLAlchemy first sets {column} to NULL, which it cannot be"
        named = f"`{parent.name}.{collection.name}`"
        fix = f'`cascade="all, delete-orphan"` for {named}, or answer 409'
        if key.on_delete in _BY_DATABASE:
            fix = f"`passive_deletes=True` for {named}: the database deletes them"
    return call.hit(
        f"`{call.function.name}` fails for a `{parent.name}` that has a `{children.model.name}`:"
        f" {why} (IntegrityError, a 500)",
        fix=fix,
    )


@fact
def _refusing(program: Program) -> dict[Node, list[_Children]]:
    """Return, for each model, those whose rows keep its rows from being deleted."""
    found: dict[Node, list[_Children]] = defaultdict(list)
    for model in models(program).values():
        keys = [*foreign_keys(model)]
        for key in keys:
            parent = _of_table(key.table, model)
            is_alone = [other.table for other in keys].count(key.table) == 1
            if parent is not None and parent is not model and is_alone:
                collection = _collection(parent, model)
                if _refuses(key, collection, program):
                    children = _Children(model, key, collection)
                    found[parent.cls].append(children)
    return found


def _of_table(table: str, child: Model) -> Model | None:
    """Return the model of a table that a key refers to; of several the one beside the child."""
    found = _by_table(child.cls.program).get(table, []) if table else []
    beside = [model for model in found if model.cls.module is child.cls.module]
    nearest = beside or found
    return nearest[0] if len(nearest) == 1 else None


@fact
def _by_table(program: Program) -> dict[str, list[Model]]:
    found: dict[str, list[Model]] = defaultdict(list)
    for cls, model in models(program).items():
        found[table_name(cls)].append(model)
    return found


def _collection(parent: Model, child: Model) -> _Collection | None:
    """Return how the parent has its children; also by the `backref` of their relationship."""
    for relationship in parent.relationships.values():
        if relationship.target == child.cls:
            return _Collection(relationship.name, relationship.node.assigned)
    for relationship in child.relationships.values():
        back = relationship.node.assigned.keyword("backref")
        if relationship.target == parent.cls and back:
            given = back if back.is_call else back.at(None)
            name = given.argument(0, "name").constant or back.constant
            return _Collection(str(name), given)
    return None


def _refuses(key: ForeignKey, collection: _Collection | None, program: Program) -> bool:
    """Say whether a row cannot be deleted while another refers to it by this key."""
    if collection is None or collection.says("viewonly") is True:
        return key.on_delete not in _BY_DATABASE and database(program) != "SQLite"
    options = {name: collection.says(name) for name in _LEAVES_ALONE}
    if any(options.values()) or collection.says("lazy") == "noload":
        return False
    cascade = collection.says("cascade") or ""
    deletes = re.search(r"all|delete|\?", str(cascade))
    return not deletes and not key.may_be_null


def _is_caught(call: Node) -> bool:
    """Say whether the error is caught where the row is deleted, or where that is committed."""
    later = [c for c in call.function.calls if c.member in _ENDS and c.position > call.position]
    through = request_functions(call.program)
    return any(is_no_500(place, _ERRORS, through) for place in (call, *later))


def _are_handled(call: Node, children: _Children) -> bool:
    """Say whether each endpoint that deletes names the children too, or no endpoint makes any."""
    if children.model.cls not in made_by_endpoints(call.program):
        return True
    deleting = [e for e in http_endpoints(call.program) if call.function in answering(e)]
    return all(_names(answering(endpoint), children) for endpoint in deleting)


def _names(functions: set[Node], children: _Children) -> bool:
    names = {children.model.name, children.collection.name if children.collection else ""}
    return any(
        node.last_name in names
        for function in functions
        for node in function.own(ast.Name, ast.Attribute)
    )
