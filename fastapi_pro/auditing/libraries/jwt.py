"""JSON Web Tokens: where they are decoded, by which library, with which options."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from fastapi_pro.auditing.libraries.configured_values import default_of
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.attributes import attribute_values
from fastapi_pro.auditing.model.node import Node
from fastapi_pro.auditing.model.program import Program, fact

ENCODES = ("jwt.encode", "jose.jwt.encode")
_DECODES = ("jwt.decode", "jwt.decode_complete", "jose.jwt.decode")
_METHODS = ("decode", "decode_complete")
_MAPPINGS = ("builtins.dict", "jwt.types.Options")


_DEFAULT = "HS256"


@dataclass(frozen=True, eq=False)
class Encode:
    """A call that signs a token."""

    call: Node

    @property
    def key(self) -> Node:
        """The key that signs it."""
        return self.call.argument(1, "key")

    @property
    def algorithm(self) -> Node:
        """The algorithm that is named; the one that the libraries take where none is."""
        given = self.call.argument(2, "algorithm")
        return given or self.call.at(ast.Constant(_DEFAULT))

    @property
    def algorithm_name(self) -> str:
        """The name of the algorithm, of a setting by default; "" if it is not known."""
        return _name_of(self.algorithm)


@dataclass(frozen=True, eq=False)
class Decode:
    """A call that decodes a token; `library` is "jwt" (PyJWT) or "jose"."""

    call: Node
    library: str

    @property
    def token(self) -> Node:
        """The token that is decoded."""
        return self._given(0, "jwt")

    @property
    def key(self) -> Node:
        """The key that verifies it."""
        return self._given(1, "key")

    @property
    def algorithms(self) -> Node:
        """The algorithms that are accepted, usually in a list."""
        return self._given(2, "algorithms")

    @property
    def algorithm_names(self) -> set[str]:
        """The names of the algorithms, of settings by default; empty if one is not known."""
        listed = self.algorithms.value
        named = {_name_of(name) for name in listed.elements or [self.algorithms]}
        return set() if "" in named else named

    def accepts(self, encode: Encode) -> bool:
        """Say whether the algorithm of a token is accepted here, as far as both are known."""
        names, name = self.algorithm_names, encode.algorithm_name
        return not names or not name or name in names

    def _given(self, position: int, name: str) -> Node:
        """Return what the call is given at this position, by this name or as `**options`."""
        found = self.call.argument(position, name)
        entries = (unpacked.value.entry(name) for unpacked in self.call.unpacked)
        return found or next(filter(None, entries), found)

    @cached_property
    def options(self) -> dict[str, object] | None:
        """The options, including those of `PyJWT(...)`; None if some of them cannot be read."""
        if _hides_arguments(self.call):
            return None
        found = _read(self._given(3, "options"), self.call)
        maker = self.call.owner.value
        if self.library != "jwt" or not maker.is_call:
            return found
        made = None if maker.has_unpacking else _read(maker.argument(0, "options"), maker)
        return None if made is None or found is None else {**made, **found}

    @property
    def is_unverified(self) -> bool:
        """Whether the signature is not verified: the claims are only looked at."""
        given = self.options or {}
        is_off = self.call.keyword("verify").literal is False
        return is_off or given.get("verify_signature", True) is False

    @property
    def trusts_header(self) -> bool:
        """Whether the algorithm is the one that the token's own header names."""
        listed = self.algorithms.value
        is_list = isinstance(listed.ast, (ast.List, ast.Tuple))
        return any(map(_is_header_alg, listed.elements if is_list else [listed]))


@fact
def encodes(program: Program) -> list[Encode]:
    """Return the calls that sign a token, outside tests and tools."""
    calls = (call for call in program.calls_of(*ENCODES) if not call.module.is_tool)
    return [Encode(call) for call in calls if not _hides_arguments(call)]


@fact
def decodes(program: Program) -> list[Decode]:
    """Return the calls that decode a token, outside tests and tools."""
    found = []
    for module in program.service:
        calls = program.calls_in(module, *_DECODES)
        found += [Decode(call, call.called.partition(".")[0]) for call in calls]
        methods = (Node(module, c) for name in _METHODS for c in module.calls_by_name.get(name, ()))
        found += [Decode(call, "jwt") for call in methods if call.owner.type == "jwt.PyJWT"]
    return found


@fact
def without_algorithms(program: Program) -> list[Node]:
    """Return the decodings by python-jose that name no algorithm."""
    found = [d.call for d in decodes(program) if d.library == "jose" and not d.is_unverified]
    found += [c for c in program.calls_of("jose.jws.verify") if not c.module.is_tool]
    return [call for call in found if _names_no_algorithm(call)]


def _name_of(algorithm: Node) -> str:
    found = algorithm.constant or default_of(algorithm).constant
    return found if isinstance(found, str) else ""


def _names_no_algorithm(call: Node) -> bool:
    given = call.argument(2, "algorithms")
    return not _hides_arguments(call) and (not given or given.is_none)


def _hides_arguments(call: Node) -> bool:
    """Say whether a call is given what nobody can read, by `*` or `**`."""
    is_read = all(isinstance(unpacked.value.ast, ast.Dict) for unpacked in call.unpacked)
    return not is_read or any(isinstance(value.ast, ast.Starred) for value in call.args)


def _read(options: Node, call: Node) -> dict[str, object] | None:
    """Return the options that a call is given, with None for the values that are not known.

    None where a key cannot be read.
    """
    if not options or options.is_none:
        return {}
    pairs = list(_pairs(options))
    pairs += _added(options, call)
    known = [(key, value) for key, value in pairs if isinstance(key, str)]
    if len(known) < len(pairs):
        return None
    return {key: _value(value) for key, value in known}


def _value(option: Node) -> object:
    """Return what an option is, where it is a setting its default."""
    found = option.constant
    return default_of(option).constant if found is None else found


def _pairs(options: Node, depth: int = 0) -> Iterator[tuple[object, Node]]:
    """Yield the keys and values of a dictionary; the key None is of what cannot be read."""
    found = options.value
    if options.member and not found:
        values = list(attribute_values(options.owner.type_class, options.member))
        found = values[0].value if len(values) == 1 else found
    if depth > limits.NAMES:
        yield None, found
    elif isinstance(found.ast, ast.Dict):
        for key, value in zip(found.ast.keys, found.ast.values, strict=True):
            if key is None:
                yield from _pairs(found.at(value), depth + 1)
            else:
                yield found.at(key).literal, found.at(value)
    elif found.called in _MAPPINGS and not found.has_unpacking:
        for given in found.args:
            yield from _pairs(given, depth + 1)
        yield from found.keywords.items()
    elif len(found.callee.returned) == 1:
        yield from _pairs(found.callee.returned[0], depth + 1)
    else:
        yield None, found


def _added(options: Node, call: Node) -> Iterator[tuple[object, Node]]:
    """Yield what is set in a dictionary before a call: `options["verify_exp"] = False`."""
    for statement in call.function.own(ast.Assign) if options.name else ():
        for target in statement.targets:
            is_item = target.generic.name == options.name
            if is_item and statement.position < call.position:
                yield target.index.literal, statement.assigned


def _is_header_alg(algorithm: Node) -> bool:
    """Say whether an algorithm is the `header["alg"]` of the token."""
    found = algorithm.value
    match found.ast:
        case ast.Subscript(value=owner, slice=ast.Constant(value="alg")):
            pass
        case ast.Call(
            func=ast.Attribute(value=owner, attr="get"), args=[ast.Constant(value="alg"), *_]
        ):
            pass
        case _:
            return False
    return found.at(owner).value.called.endswith(".get_unverified_header")
