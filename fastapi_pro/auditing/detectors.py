"""The detectors: the function `detect` in the folder of each rule."""

import functools
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from types import ModuleType

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.model.program import Program
from fastapi_pro.bytecode import Loader
from fastapi_pro.paths import RULES
from fastapi_pro.rulebook import slug_of

Detector = Callable[[Program], Iterator[Hit]]


def detectors(slugs: Collection[str] | None = None) -> dict[str, Detector]:
    """Return the function `detect` of `detector.py`, by the rule's slug: of these rules or of all.

    The modules of the other rules are not imported.
    """
    files = files_of_detectors().items()
    return {slug: _detector(path) for slug, path in files if slugs is None or slug in slugs}


@functools.cache
def files_of_detectors() -> dict[str, Path]:
    """Return the file of each rule's detector, by the rule's slug."""
    return {slug_of(path.parent): path for path in sorted(RULES.glob("*/detector.py"))}


@functools.cache
def _detector(path: Path) -> Detector:
    """Return the function `detect` of a file, which is in no package."""
    loader = Loader(f"fastapi_pro.rules.{path.parent.name}", str(path))
    module = ModuleType(loader.name)
    loader.exec_module(module)
    detect: Detector = module.detect
    return detect
