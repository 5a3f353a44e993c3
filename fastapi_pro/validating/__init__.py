"""The checks of validate.py; only this package needs libraries, those of the extra `validate`."""

from importlib.util import find_spec

LIBRARIES = ("yaml", "markdown_it", "pathspec")

for _module in LIBRARIES:
    if find_spec(_module) is None:  # two of them are imported late
        raise ModuleNotFoundError(name=_module)
