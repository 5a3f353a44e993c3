"""The old questions to a program; goes when nobody asks them any more."""
# mypy: ignore-errors
# ruff: noqa

import ast

from fastapi_pro.auditing.model.node import Node


class LegacyProgram:
    def fact(self, ask):
        return ask(self) if hasattr(ask, "__wrapped__") else self.once(ask, None, self)

    def resolve(self, module, expr, depth=0):
        if expr is None:
            return None
        return self.origin(Node(module, expr), depth) or None

    def name_of(self, module, expr):
        return Node(module, expr).library_name if expr is not None else ""

    def call_name(self, module, node):
        return Node(module, node).called

    def calls(self, module, *names):
        return (c.ast for c in self.calls_in(module, *names))

    def value(self, module, expr):
        return (Node(module, expr).value or None) if expr is not None else None

    def constant(self, module, expr):
        return Node(module, expr).constant

    def binding(self, module, name):
        return self.binding_of(Node(module, name))

    def lineage(self, cls):
        return self.lineage_of(cls)

    def bases(self, cls):
        return self.bases_of(cls)

    def method(self, cls, name):
        return self.method_of(cls, name) or None

    def _bound(self, module, binding, depth):
        return self.origin_of_binding(module, binding, depth)
