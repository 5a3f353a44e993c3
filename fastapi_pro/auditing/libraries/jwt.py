"""JSON Web Tokens: where they are decoded, by which library, with which options."""

import ast
from dataclasses import dataclass
from functools import cached_property

from fastapi_pro.auditing.model.node import Node
from fastapi_pro.auditing.model.program import Program, fact

ENCODES = ("jwt.encode", "jose.jwt.encode")
_DECODES = ("jwt.decode", "jwt.decode_complete", "jose.jwt.decode")
_METHODS = ("decode", "decode_complete")
_MAPPINGS = ("builtins.dict", "jwt.types.Options")


@dataclass(frozen=True, eq=False)
class Decode:
    """A call that decodes a token; `library` is "jwt" (PyJWT) or "jose"."""

    call: Node
    library: str

    @property
    def token(self) -> Node:
        """The token that is decoded."""
        return self.call.argument(0, "jwt")

    @property
    def key(self) -> Node:
        """The key that verifies it."""
        return self.call.argument(1, "key")

    @property
    def algorithms(self) -> Node:
        """The algorithms that are accepted, usually in a list."""
        return self.call.argument(2, "algorithms")

    @cached_property
    def options(self) -> dict[str, object] | None:
        """The options, including those of `PyJWT(...)`; None if some of them cannot be read."""
        if _hides_arguments(self.call):
            return None
        found = _read(self.call.argument(3, "options"))
        maker = self.call.owner.value
        if self.library != "jwt" or not maker.is_call:
            return found
        made = None if maker.has_unpacking else _read(maker.argument(0, "options"))
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


def _names_no_algorithm(call: Node) -> bool:
    given = call.argument(2, "algorithms")
    return not _hides_arguments(call) and (not given or given.is_none)


def _hides_arguments(call: Node) -> bool:
    return call.has_unpacking or any(isinstance(value.ast, ast.Starred) for value in call.args)


def _read(options: Node) -> dict[str, object] | None:
    """Return a literal dictionary with None for the values that are not literals."""
    if not options or options.is_none:
        return {}
    found = options.value
    if isinstance(found.ast, ast.Dict):
        pairs = [(key.literal, value) for key, value in found.entries]
    elif found.called in _MAPPINGS and not found.args and not found.has_unpacking:
        pairs = list(found.keywords.items())
    else:
        return None
    read = [(key, value.constant) for key, value in pairs if isinstance(key, str)]
    return dict(read) if len(read) == len(pairs) else None


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
