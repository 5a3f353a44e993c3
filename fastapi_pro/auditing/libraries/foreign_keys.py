"""The foreign keys of models: the table they refer to, and what a deleted row does to them."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from fastapi_pro.auditing.libraries.sqlalchemy_models import Column, Model, column_named
from fastapi_pro.auditing.model.node import Node


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A column that refers to a column of another table, or of its own.

    `on_delete` is "CASCADE", "SET NULL" and the like, "" where nothing is said.
    """

    column: Column
    table: str
    on_delete: str

    @property
    def may_be_null(self) -> bool:
        """Whether the column takes NULL, as far as the model says."""
        nullable = self.column.options.keyword("nullable").literal
        if isinstance(nullable, bool):
            return nullable
        annotation = self.column.node.annotation
        if not annotation:
            return not self.column.flag("primary_key")
        return any(part.is_none for part in annotation.walk(ast.Constant)) or any(
            part.last_name == "Optional" for part in annotation.walk(ast.Name, ast.Attribute)
        )


def foreign_keys(model: Model) -> Iterator[ForeignKey]:
    """Yield the foreign keys of a model that its columns declare."""
    for column in model.columns.values():
        options = column.options
        declared = next((a for a in options.args if a.last_name == "ForeignKey"), options.at(None))
        target = options.keyword("foreign_key") or declared.argument(0, "column")
        if target:
            said = (declared.keyword("ondelete") or options.keyword("ondelete")).constant
            yield ForeignKey(column, _table(target), str(said or "").upper())


def _table(target: Node) -> str:
    """Return the table of `"users.id"`, `"public.users.id"`, `User.id`; "" if it cannot be read."""
    text = target.constant
    if isinstance(text, str):
        return text.rpartition(".")[0].rpartition(".")[2]
    column = column_named(target)
    return table_name(target.owner.definition) if column else ""


def table_name(cls: Node) -> str:
    """Return the name of a model's table, "" where it is made up elsewhere."""
    for above in cls.lineage:
        for binding in above.bindings("__tablename__"):
            text = above.at(binding.node).constant
            return text if isinstance(text, str) else ""
    return cls.name.lower() if cls.keyword("table").literal is True else ""
