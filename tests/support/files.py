"""Python files that are in no package, imported by their path."""

from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType


def load(file: Path) -> ModuleType:
    """Return the module of a file, run anew."""
    loader = SourceFileLoader(f"{file.parent.name}_{file.stem}", str(file))
    module = ModuleType(loader.name)
    loader.exec_module(module)
    return module
