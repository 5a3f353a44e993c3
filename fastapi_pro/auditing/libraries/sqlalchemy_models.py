"""What SQLAlchemy and SQLModel see of a program: models, columns, relationships."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from fastapi_pro.auditing.libraries.fastapi import unwrap
from fastapi_pro.auditing.libraries.known_types import selected
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.node import Node
from fastapi_pro.auditing.model.program import Program, fact

_SQLMODEL = "sqlmodel.SQLModel"
_BASES = {
    "sqlalchemy.orm.DeclarativeBase", "sqlalchemy.orm.DeclarativeBaseNoMeta",
    "sqlalchemy.orm.declarative_base", "advanced_alchemy.base",
}  # fmt: skip
_COLUMNS = {"sqlalchemy.orm.mapped_column", "sqlalchemy.Column", "sqlmodel.Field"}
_RELATIONSHIPS = {"sqlalchemy.orm.relationship", "sqlmodel.Relationship"}
_INTEGERS = {
    "builtins.int", "sqlalchemy.Integer", "sqlalchemy.BigInteger", "sqlalchemy.SmallInteger",
}  # fmt: skip
_COLLECTION = re.compile(
    r"\b(list|set|dict|tuple|Sequence|Collection|WriteOnlyMapped|DynamicMapped)\b", re.IGNORECASE
)
"""In the annotation of a relationship that leads to many rows."""
_AROUND_TARGETS = {
    "Mapped", "List", "Optional", "Set", "None", "Sequence", "WriteOnlyMapped", "DynamicMapped",
}  # fmt: skip
SECRET = re.compile(
    r"passw|secret|hash(ed)?_?(pw|pass)|(^|_)token(_|$)|api_?key|private_?key", re.IGNORECASE
)
"""Names of secrets: passwords, their hashes, tokens, keys."""
_ABOUT = re.compile(
    r"^(is|has|can|needs?|must|requires?|use[sd]?|allows?|shows?|enable[sd]?)_|"
    r"_(owner|issuer|audience|type|kind|url|uri|endpoint|name|id|algorithm|version|status|scopes?"
    r"|arn|expir\w*|lifetime|header|count|length|description|scheme|path|file|label|title|policy)$",
    re.IGNORECASE,
)

_CURSOR = re.compile(r"(^|_)(sync|page|next|continuation|concurrency|change)_?token", re.IGNORECASE)
ONCE = re.compile(r"captcha|turnstile", re.IGNORECASE)
"""Names of the answers to a captcha, which are worth nothing a second time."""
_ENCRYPTED = re.compile(r"(^|_)(enc|encrypted|ciphered|sealed)(_|$)|cipher_?text", re.IGNORECASE)


def names_secret(name: str) -> bool:
    """Say whether a name is that of a secret, not of something about a secret: `token_issuer`."""
    return bool(SECRET.search(name)) and not is_about_secret(name)


def is_about_secret(name: str) -> bool:
    """Say whether a name describes a secret, or an encrypted one: `token_issuer`, `encrypted_x`."""
    return any(pattern.search(name) for pattern in (_ABOUT, _ENCRYPTED, _CURSOR, ONCE))


@dataclass(frozen=True, eq=False)
class Column:
    """A column: its statement, its name, and the call with its options, if there is one.

    `owner` is the name of its model, `type` the library name of its Python or SQL type, or "".
    """

    node: Node
    name: str
    owner: str
    type: str
    options: Node

    @property
    def full_name(self) -> str:
        """The name with that of the model: "User.id"."""
        return f"{self.owner}.{self.name}"

    def flag(self, name: str) -> bool:
        """Say whether the column is declared with `name=True`."""
        return self.options.keyword(name).literal is True

    @property
    def is_integer(self) -> bool:
        """Whether the database keeps an integer."""
        return self.type in _INTEGERS


@dataclass(frozen=True, eq=False)
class Relationship:
    """A relationship: its statement, its name, and its target class.

    `lazy` is the written value, or "select"; "" if it cannot be read. `is_list` says whether it
    leads to many rows; None where neither an annotation nor `uselist=` tells.
    """

    node: Node
    name: str
    target: Node
    lazy: str
    is_list: bool | None


@dataclass(frozen=True, eq=False)
class Model:
    """A mapped class, with what it inherits."""

    cls: Node
    columns: dict[str, Column] = field(default_factory=dict)
    relationships: dict[str, Relationship] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name of the class."""
        return self.cls.name

    @property
    def primary_key(self) -> Column | None:
        """The primary key, if it is one column."""
        found = [column for column in self.columns.values() if column.flag("primary_key")]
        return found[0] if len(found) == 1 else None

    @cached_property
    def key_columns(self) -> set[str]:
        """The columns of the primary key."""
        flagged = {name for name, column in self.columns.items() if column.flag("primary_key")}
        calls = (call for call, kind in self.table_arguments if kind == "PrimaryKeyConstraint")
        return flagged or {_column_of(given) for call in calls for given in call.args}

    @cached_property
    def unique_columns(self) -> set[str]:
        """The columns that a constraint or a unique index names."""
        return {name for names, _ in self._unique for name in names} & self.columns.keys()

    @cached_property
    def identifying_columns(self) -> set[str]:
        """The columns of which one value is in one row at most."""
        keys = {self.primary_key.name} if self.primary_key else set()
        alone = (names for names, is_partial in self._unique if len(names) == 1 and not is_partial)
        return keys.union(*alone) & self.columns.keys()

    @cached_property
    def _unique(self) -> list[tuple[set[str], bool]]:
        """What each constraint or unique index names, and whether it is for some rows only."""
        found = [({name}, False) for name, column in self.columns.items() if column.flag("unique")]
        for call, kind in self.table_arguments:
            is_unique = kind == "Index" and call.keyword("unique").literal is True
            if kind == "UniqueConstraint" or is_unique:
                named = call.args[1:] if kind == "Index" else call.args
                is_partial = any(option.endswith("_where") for option in call.keywords)
                found.append(({_column_of(arg) for arg in named}, is_partial))
        return found

    @cached_property
    def table_arguments(self) -> list[tuple[Node, str]]:
        """The calls in `__table_args__`, each with the name of its class."""
        return [
            (call, call.called.rpartition(".")[2])
            for cls in self.cls.lineage
            for binding in cls.bindings("__table_args__")
            for call in cls.at(binding.node).walk(ast.Call)
        ]


def _column_of(given: Node) -> str:
    """Return the column that an argument of a constraint names: `"email"`, `User.email`."""
    return given.member or str(given.literal)


@fact
def models(program: Program) -> dict[Node, Model]:
    """Return the mapped classes outside tests, with their models."""
    return {c: _model(c) for c in program.classes if not c.module.is_test and is_model(c)}


def is_model(cls: Node) -> bool:
    """Say whether a class is mapped to a table."""
    if cls.keyword("table").literal is True:
        return True
    if _SQLMODEL in cls.bases:
        return False
    if any(c.bindings("__tablename__") or c.bindings("__table__") for c in cls.lineage):
        return True
    is_declarative = not cls.bases.isdisjoint(_BASES)
    return is_declarative and any(s.assigned.called in _COLUMNS | _RELATIONSHIPS for s in cls.body)


def model_of(expr: Node) -> Model | None:
    """Return the model whose instance an expression is."""
    return models(expr.program).get(expr.type_class)


def model_named(expr: Node) -> Model | None:
    """Return the model that an expression names, such as the argument of `select`."""
    return models(expr.program).get(expr.definition)


def column_named(expr: Node) -> Column | None:
    """Return the column that `Model.column` names."""
    model = None if expr.is_call else model_named(expr.owner)
    return model.columns.get(expr.member) if model else None


def model_selected(statement: Node) -> Model | None:
    """Return the model that a statement selects whole."""
    return models(statement.program).get(selected(statement))


def _model(cls: Node) -> Model:
    model = Model(cls)
    for above in reversed(list(cls.lineage)):
        for statement in above.body:
            match statement.ast:
                case ast.AnnAssign(target=ast.Name(id=name)):
                    _declare(model, statement, name)
                case ast.Assign(targets=[ast.Name(id=name)]):
                    _declare(model, statement, name)
    return model


def _declare(model: Model, statement: Node, name: str) -> None:
    """Add the column or relationship that a statement in the body of a class declares."""
    if statement.assigned.called in _RELATIONSHIPS:
        target, lazy = _target(statement), _lazy(statement.assigned)
        is_list = _is_list(statement)
        model.relationships[name] = Relationship(statement, name, target, lazy, is_list)
        return
    base, metadata = unwrap(statement.annotation)
    declared = (call for call in (statement.assigned, *metadata) if call.called in _COLUMNS)
    options = next(declared, statement.at(None))
    is_mapped = statement.annotation.generic.library_name == "sqlalchemy.orm.Mapped"
    if options or is_mapped or _SQLMODEL in model.cls.bases:
        written = base.annotated
        kind = written if isinstance(written, str) else _sql_type(options)
        model.columns[name] = Column(statement, name, model.name, kind, options)


def _sql_type(options: Node) -> str:
    """Return the type of SQLAlchemy that `Column(Integer)` and `Column("name", Integer)` give."""
    names = (arg.func.library_name for arg in options.args[:2])
    is_type = (n for n in names if n.startswith("sqlalchemy.") and n != "sqlalchemy.ForeignKey")
    return next(is_type, "")


def _lazy(call: Node) -> str:
    """Return the `lazy=` of a relationship, by default "select"; "" if it cannot be read."""
    given = [call.keyword("sa_relationship_kwargs"), *call.unpacked]
    said = [_said_lazy(options) for options in given if options]
    if lazy := call.keyword("lazy"):
        said.append(_text_of(lazy))
    return "" if None in said else next((text for text in reversed(said) if text), "select")


def _said_lazy(options: Node, depth: int = 0) -> str | None:
    """Return `lazy` from a dictionary of options, "" without it, None if it cannot be read."""
    found = options.value
    parts: list[Node] = []
    last: list[Node] = []
    if isinstance(found.ast, ast.Dict):
        parts = [value for key, value in found.entries if not key]
        last = [value for key, value in found.entries if key.literal == "lazy"]
    elif isinstance(found.ast, ast.BinOp) and isinstance(found.ast.op, ast.BitOr):
        parts = found.operands
    elif found.called == "builtins.dict":
        parts = [*found.args, *found.unpacked]
        last = [value for value in [found.keyword("lazy")] if value]
    else:
        return None
    if depth > limits.NAMES:
        return None
    said = [_said_lazy(part, depth + 1) for part in parts] + [*map(_text_of, last)]
    return None if None in said else next((text for text in reversed(said) if text), "")


def _text_of(value: Node) -> str | None:
    return text if isinstance(text := value.constant, str) else None


def _is_list(statement: Node) -> bool | None:
    """Say whether a relationship leads to many rows, by `uselist=` or its annotation."""
    said = statement.assigned.keyword("uselist").literal
    if isinstance(said, bool) or not statement.annotation:
        return said if isinstance(said, bool) else None
    return bool(_COLLECTION.search(statement.annotation.text))


def _target(statement: Node) -> Node:
    named = statement.assigned.argument(0, "argument")
    if isinstance(named.literal, str):
        name = named.literal.rpartition(".")[2]
    elif named:
        return named.definition
    else:
        name = next(iter([*_class_names(statement.annotation)][::-1]), "")
    return _classes_by_name(statement.program).get(name, statement.at(None))


def _class_names(annotation: Node) -> Iterator[str]:
    """Yield the names in an annotation that may name a model."""
    for part in annotation.walk(ast.Name, ast.Constant):
        text = part.name or part.literal
        if isinstance(text, str):
            for word in re.findall(r"\w+", text):
                if word[:1].isupper() and word not in _AROUND_TARGETS:
                    yield word


@fact
def _classes_by_name(program: Program) -> dict[str, Node]:
    """Return the classes outside tests; of several with one name a mapped one, and the first.

    A relationship means a mapped class, and often a schema has the same name.
    """
    found = [cls for cls in reversed(program.classes) if not cls.module.is_test]
    return {cls.name: cls for cls in sorted(found, key=is_model)}
