"""validate.py, build.py and audit.py with files that went wrong: findings, never a traceback."""

import contextlib
import functools
import io
import random
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fastapi_pro.cli import audit, newer_python, validate
from maintain import build
from tests.faults.mutants import mutant

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SNIPPETS = (
    "snippets/app/core/*.py", "snippets/app/api/deps.py", "snippets/recipes/valkey/plug.diff",
    "snippets/rules/commit_after_response/*", "snippets/rules/forgotten_await/*",
    "docs/survey.json",
)  # fmt: skip
PAGE = """---
name: shop
description: "A service."
---

# Shop

<!-- rules critical -->
<!-- end -->

```python snippets/app/core/db.py
```

```python snippets/app/api/deps.py#get_sessionmaker,SessionmakerDep,get_db,SessionDep
```

```text snippets/app/
```

<!-- rules pitfalls -->
<!-- end -->

<!-- pages -->
<!-- end -->
"""
README = """<!-- survey -->
<!-- end -->

<!-- recipes -->
<!-- end -->
"""
REFERENCE = """Read this to see a recipe.

```diff snippets/recipes/valkey/plug.diff
```
"""
BUILT = """[tool.fastapi-pro.unshown]
"snippets/app/core/*.py" = "read in place"
"snippets/rules/**" = "read in place"
"""
AUDITED = """[tool.fastapi-pro]
select = ["commit-after-response", "blocking-call-in-async"]
ignore = []
exclude = ["build", "*.tmp"]
format = "text"
jobs = 1
"""


def tree(folder: Path) -> dict[Path, bytes]:
    """Return all files below a folder."""
    return {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def put(sources: dict[Path, bytes]) -> None:
    """Write the files."""
    for file, content in sources.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def run(main: Callable[[list[str]], int], *arguments: str) -> tuple[int, str]:
    """Return the exit code of a command and what it printed."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            code = main([*arguments])
        except SystemExit as exc:
            code = int(exc.code or 0)
    return code, said.getvalue()


def mutants(sources: dict[Path, bytes], number: int) -> Iterator[str]:
    """Change one of the files at a time, say which and how, then put it back."""
    files = sorted(sources)
    for seed in range(number):
        choice = random.Random(seed)
        file = choice.choice(files)
        file.write_bytes(mutant(sources[file], choice))
        yield f"seed {seed} changes {file.name}"
        file.write_bytes(sources[file])


@pytest.mark.timeout(3600)
def test_validate_tells_what_is_wrong_of_any_skill(tmp_path: Path, times: int) -> None:
    skills = {file.parent.name: file.read_bytes() for file in ROOT.glob("skills/*/SKILL.md")}
    skills["fastapi-pro"] = (ROOT / "SKILL.md").read_bytes().partition(b"## Commands")[0]
    sources = {tmp_path / name / "SKILL.md": text for name, text in skills.items()}
    put(sources)
    codes = set()
    for what in mutants(sources, 90 * times):
        before = tree(tmp_path)
        [changed] = [file for file in sources if before[file] != sources[file]] or [*sources][:1]
        code, said = run(validate.main, str(changed), "--try", "app/main.py")
        assert code in {0, 1}, (what, said)
        assert ("errors: 0" in said) == (code == 0), (what, said)
        assert tree(tmp_path) == before, what
        codes.add(code)
    assert codes == {0, 1}


@pytest.mark.timeout(3600)
def test_build_writes_all_or_nothing_of_any_repository(tmp_path: Path, times: int) -> None:
    texts = {"SKILL.md": PAGE, "README.md": README, "references/db.md": REFERENCE}
    texts["pyproject.toml"] = BUILT
    sources = {tmp_path / name: text.encode() for name, text in texts.items()}
    for pattern in SNIPPETS:
        files = [file for file in ROOT.glob(pattern) if file.is_file()]
        sources |= {tmp_path / file.relative_to(ROOT): file.read_bytes() for file in files}
    put(sources)
    code, said = run(build.main, "--root", str(tmp_path))
    assert code == 0, said
    built = tree(tmp_path)  # the pages are filled now, those of rules made
    pages = {tmp_path / name for name in texts if name.endswith(".md")} | built.keys() - sources
    sources = {file: built[file] for file in sources}
    codes = set()
    for what in mutants(sources, 60 * times):
        before = tree(tmp_path)
        code, said = run(build.main, "--root", str(tmp_path))
        after = tree(tmp_path)
        assert code in {0, 1}, (what, said)
        written = {file for file in after if after[file] != before.get(file)}
        assert written <= (pages if code == 0 else set()), (what, written, said)
        assert before.keys() == after.keys(), what
        assert said or code == 0, what
        put({file: built[file] for file in written})
        codes.add(code)
    assert codes == {0, 1}


@pytest.mark.timeout(3600)
def test_audit_reads_any_project_and_changes_nothing(
    tmp_path: Path, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(audit, "catalogue", functools.cache(audit.catalogue))  # 64 files each time
    # What no Python reads would be given to each that is found here.
    monkeypatch.setattr(newer_python, "pythons", lambda: iter(()))
    sources = {
        tmp_path / "pyproject.toml": AUDITED.encode(),
        tmp_path / ".gitignore": b"/x\n*.db\n",
    }
    for number, file in enumerate(sorted(ROOT.glob("snippets/rules/*/[bg]*d.py"))):
        sources[tmp_path / f"{number // 2}_{file.stem}.py"] = file.read_bytes()
    often = [20 if file.name == "pyproject.toml" else 1 for file in sorted(sources)]
    codes = set()
    for seed in range(300 * times):
        choice = random.Random(seed)
        chosen = dict(choice.sample(sorted(sources.items()), 2, counts=often))
        put({file: mutant(content, choice) for file, content in chosen.items()})
        before = tree(tmp_path)
        with warnings.catch_warnings(action="ignore"):
            code, said = run(audit.main, "--jobs", "1", str(tmp_path))
        assert code in {0, 1, 2}, (seed, said)
        assert said, seed
        assert tree(tmp_path) == before, seed
        codes.add(code)
        for file in chosen:
            file.unlink()
    assert codes == {0, 1, 2}
