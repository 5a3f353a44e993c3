"""Recipes: each joins a new project, whose tests, linter and type checker then pass."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import combinations
from pathlib import Path

import pytest

from fastapi_pro.scaffolding.files import project_files
from fastapi_pro.scaffolding.recipes import (
    PLUG,
    RecipeError,
    add_recipe,
    compatible_recipes,
    recipe_names,
    recipe_use,
    recipes_told,
    with_needs,
)
from patience import patient
from tests.support.once import made_once
from tests.support.projects import APART, ROOT, check, needs_uv, python_of_all, run_in, run_new
from tests.support.sample import chosen, sample

SNIPPETS = ROOT / "snippets"
RECIPES = SNIPPETS / "recipes"
FOLDER = "snippets/recipes"
NAMES = recipe_names(SNIPPETS)
Run = Callable[..., str]
# Of the service's tests among all recipes, in a normal run; on MariaDB they migrate.
LEFT_OUT = "sqlite or may_take_long or (mariadb and not from_nothing)"
# Their servers wait for ever where others' parts are plugged in, too.
TRIED_ALONE = {"telemetry"}
UV_RUN = ["uv", "run", "-q"]
QUIET = ["-m=", "--tb=short", "--show-capture=no", f"--timeout={patient(60):.0f}"]


def files_of(name: str) -> list[str]:
    """Return the files of a recipe, as they stand in a project."""
    folder = RECIPES / name
    found = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=folder, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return found.stdout.splitlines()


def alternatives() -> dict[str, list[str]]:
    """Return the recipes that bring the same file, by that file."""
    found: dict[str, list[str]] = {}
    for name in NAMES:
        for file in files_of(name):
            if file != PLUG:
                found.setdefault(file, []).append(name)
    return {file: names for file, names in found.items() if len(names) > 1}


def alone(name: str) -> bool:
    """Say whether a recipe joins no other."""
    return (RECIPES / name / PLUG).read_text().partition("---")[0].count("Alone: ") == 1


@pytest.fixture(scope="session")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment that the recipes share."""
    return python_of_all(tmp_path_factory)


@pytest.fixture
def run(server_url: str) -> Run:
    """Run a command of a project; return what it printed. The projects share one PostgreSQL."""
    return partial(run_in, APP_TEST_DATABASE_URL=server_url)


def new_project(name: str, folder: Path) -> Path:
    """Make a project with a recipe."""
    run_new("shop", "--with", name, cwd=folder)
    return folder / "shop"


def own_tests(name: str) -> list[str]:
    """Return the test files of a recipe, or the option that only collects the service's."""
    return [file for file in files_of(name) if re.match(r"tests/test_\w+\.py$", file)] or ["--co"]


@needs_uv
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_recipe_works_in_a_new_project(
    tmp_path: Path, run: Run, python: Path, recipe: str
) -> None:
    shop = new_project(recipe, tmp_path)
    command = [*UV_RUN, "python"] if recipe in APART else [python]
    run(shop, *command, "-m", "pytest", "-q", "-n0", *QUIET, *own_tests(recipe))
    if recipe not in compatible_recipes(SNIPPETS):  # else with all others, below
        check(shop, *command)


@needs_uv
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_service_works_on_tables_of_sqlmodel(
    tmp_path: Path, run: Run, python: Path, pytestconfig: pytest.Config
) -> None:
    """A normal run takes two of the four files that know the tables."""
    shop = new_project("sqlmodel", tmp_path)
    names = [f"test_{name}.py" for name in ("users", "products", "auth", "migrations")]
    tests = [f"tests/{name}" for name in chosen(pytestconfig, names, 2, "snippets/tests")]
    options = ["-q", "-n0", "-k", "not sqlite and not live", *QUIET]
    run(shop, python, "-m", "pytest", *options, *tests)


def fit(names: Sequence[str]) -> bool:
    """Say whether these recipes may be joined."""
    try:
        project_files(SNIPPETS, "shop", names)
    except RecipeError:
        return False
    return True


def groups_of(pairs: Iterable[tuple[str, str]], size: int = 6) -> list[list[str]]:
    """Return groups that hold each of these pairs, and no other: far fewer than there are pairs."""
    fitting = {frozenset(pair) for pair in pairs}
    names = sorted({name for pair in fitting for name in pair})
    left = set(fitting)
    groups = []

    def gain(name: str, group: Sequence[str]) -> int:
        joined = [frozenset({name, other}) for other in group]
        return sum(pair in left for pair in joined) if fitting.issuperset(joined) else 0

    while left:
        group = min(map(sorted, left))
        while len(group) < size:
            best = max(names, key=lambda name: gain(name, group))
            if not gain(best, group):
                break
            group.append(best)
        left -= {frozenset(pair) for pair in combinations(group, 2)}
        groups.append(group)
    return groups


def test_few_groups_hold_each_pair_that_fits() -> None:
    names = [str(number) for number in range(20)]
    pairs = {*combinations(names, 2)} - {("0", "1"), ("2", "9")}
    groups = groups_of(pairs)
    assert {pair for group in groups for pair in combinations(sorted(group, key=int), 2)} == pairs
    assert len(groups) < len(pairs) / 5


def companies(config: pytest.Config) -> list[str]:
    """Return a pair or a triple that fits together; with `--whole`, groups with all such pairs."""
    if config.getoption("whole"):
        pairs = [pair for pair in combinations(NAMES, 2) if fit(pair)]
        return [",".join(sorted(group)) for group in groups_of(pairs)]
    size = int(*sample("23", 1))
    drawn = sorted(sample([*combinations(NAMES, size)], 20))
    return [",".join(names) for names in drawn if fit(names)][:1]


@needs_uv
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_few_recipes_work_together(tmp_path: Path, run: Run, python: Path, company: str) -> None:
    """Their own tests pass in one project, and so does signing up, where no other helps."""
    names = company.split(",")
    shop = new_project(company, tmp_path)
    tests = {file for name in names for file in own_tests(name)} - {"--co"}
    command = [*UV_RUN, "python"] if APART & {*names} else [python]
    options = ["-q", "-n0", "-m=not live", "-k", "not sqlite", *QUIET[1:]]
    run(shop, *command, "-m", "pytest", *options, "tests/test_users.py", *sorted(tests))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Choose a recipe to try alone, one to install with nothing else, and a few to join."""
    config = metafunc.config
    if "company" in metafunc.fixturenames:
        metafunc.parametrize("company", companies(config))
    if "recipe" in metafunc.fixturenames:
        metafunc.parametrize("recipe", chosen(config, NAMES, 1, FOLDER))
    if "sampled" in metafunc.fixturenames:
        metafunc.parametrize("sampled", chosen(config, NAMES, 1, FOLDER))


@needs_uv
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_recipe_brings_all_it_needs(tmp_path: Path, run: Run, sampled: str) -> None:
    """Its modules can be imported, and its types are known, with nothing else installed."""
    shop = new_project(sampled, tmp_path)
    run(shop, *UV_RUN, "pytest", "-q", "-n0", *QUIET, "--co", *own_tests(sampled))
    check(shop, *UV_RUN, "python")


@pytest.fixture(scope="session")
def joined(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with all recipes that fit together; of alternatives it has the first."""
    names = ",".join(compatible_recipes(SNIPPETS))
    make = partial(run_new, "shop", "--with", names)
    return made_once(tmp_path_factory, "joined", lambda folder: make(cwd=folder)) / "shop"


def test_of_alternatives_all_but_the_first_are_left_out() -> None:
    others = {name for names in alternatives().values() for name in names[1:]}
    fit = {name for name in NAMES if name not in others and not alone(name)}
    assert {*compatible_recipes(SNIPPETS)} == fit


@needs_uv
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_service_works_with_all_recipes(
    joined: Path, run: Run, python: Path, pytestconfig: pytest.Config
) -> None:
    """The service's own tests pass as before, and so do the linter and the type checker.

    A normal run takes a quarter of the files.
    """
    left_out = "sqlite" if pytestconfig.getoption("whole") else LEFT_OUT
    files = {file.name for file in (SNIPPETS / "tests").glob("test_*.py")} - {"test_live.py"}
    names = sorted(file.name for file in (joined / "tests").iterdir() if file.name in files)
    tests = [
        joined / "tests" / name
        for name in chosen(pytestconfig, names, len(names) // 4, "snippets/tests")
    ]
    options = ["-q", "-n0", "-k", f"not ({left_out})", *QUIET]
    run(joined, python, "-m", "pytest", *options, *tests)
    check(joined, python)


@needs_uv
@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("half", [0, 1], ids=["first half", "second half"])
def test_each_recipe_works_with_all_others(
    joined: Path, run: Run, python: Path, half: int, pytestconfig: pytest.Config
) -> None:
    """A recipe's own tests pass among all others: those of a sixth of them in a normal run."""
    names = sorted({*compatible_recipes(SNIPPETS)} - TRIED_ALONE)
    names = chosen(pytestconfig, names, len(names) // 6, FOLDER)
    tests = [file for name in names for file in own_tests(name) if file != "--co"]
    options = ["-q", "-n0", "-k", "not sqlite", *QUIET]
    run(joined, python, "-m", "pytest", *options, *tests[half::2])


def test_recipes_may_be_named_in_any_order() -> None:
    names = compatible_recipes(SNIPPETS)
    one = project_files(SNIPPETS, "shop", with_needs(SNIPPETS, names))
    other = project_files(SNIPPETS, "shop", with_needs(SNIPPETS, names[::-1]))
    assert one.keys() == other.keys()
    chained = {file for file in one if file.startswith("migrations/versions/")}
    for file in one.keys() - chained - {".env"}:  # which holds a secret
        assert sorted(one[file].splitlines()) == sorted(other[file].splitlines()), file


@pytest.mark.slow
def test_of_alternatives_one_is_asked_for(tmp_path: Path) -> None:
    for names in alternatives().values():
        told = run_new("shop", "--with", ",".join(names), cwd=tmp_path, code=2)
        assert "or the project has; leave one out" in told
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("names", ["", "no-such", "rate-limit,", "../rules", "valkey/tests"])
def test_a_name_that_is_no_recipe_lists_those_that_are(tmp_path: Path, names: str) -> None:
    told = run_new("shop", "--with", names, cwd=tmp_path, code=2)
    assert re.search(r"there is no recipe .+; choose from\n(  \S+: .+\n)+  valkey: Valkey", told)
    assert list(tmp_path.iterdir()) == []


def test_a_recipe_brings_what_it_needs_once() -> None:
    assert with_needs(SNIPPETS, ["jobs", "jobs", "outbox"]) == ["outbox", "jobs"]
    assert with_needs(SNIPPETS, ["rate-limit"]) == ["valkey", "rate-limit"]


@pytest.mark.parametrize("name", [name for name in NAMES if alone(name)])
def test_a_recipe_that_joins_no_other_says_why(tmp_path: Path, name: str) -> None:
    told = run_new("shop", "--with", f"valkey,{name}", cwd=tmp_path, code=2)
    assert f"{name} cannot be combined with other recipes: " in told
    assert list(tmp_path.iterdir()) == []


def test_migrations_of_recipes_form_one_chain() -> None:
    names = compatible_recipes(SNIPPETS)
    names = [n for n in names if any(f.startswith("migrations/") for f in files_of(n))]
    texts = project_files(SNIPPETS, "shop", names)
    scripts = [text for name, text in texts.items() if name.startswith("migrations/versions/")]
    revisions = re.findall(r'^revision = "(\w+)"$', "\n".join(scripts), re.MULTILINE)
    parents = re.findall(r'^down_revision = "(\w+)"$', "\n".join(scripts), re.MULTILINE)
    assert len(set(revisions)) == len(revisions) == len(scripts) > len(names)
    assert len(set(parents)) == len(parents) == len(revisions) - 1


@pytest.mark.parametrize(
    ("plug", "why"),
    [(b"--- a\n", "begin it with `What: ...`"), (b"What: \xff\n", "is not UTF-8 at byte 6; save")],
)
def test_a_plug_that_does_not_say_what_it_brings_is_refused(
    tmp_path: Path, plug: bytes, why: str
) -> None:
    file = tmp_path / "recipes" / "it" / PLUG
    file.parent.mkdir(parents=True)
    file.write_bytes(plug)
    with pytest.raises(RecipeError, match=f"^it/plug.diff .*{re.escape(why)}"):
        recipes_told(tmp_path)


PROJECT = {
    "app/main.py": "import os\n\nfrom app.b import b\nfrom app.d import d\n\none\ntwo\none more\n",
    "migrations/versions/1.py": 'revision = "0001"\ndown_revision = None\n',
    "migrations/versions/2.py": 'revision = "two"\ndown_revision = "0001"\n',
}


def plugged(hunk: str, **more: str) -> dict[str, str]:
    """Return the project with a recipe of one hunk."""
    plug = f"What: it\n--- app/main.py\n+++ app/main.py\n@@\n{hunk}"
    return add_recipe(PROJECT, "it", {PLUG: plug} | more)


def test_a_hunk_adds_and_removes_lines_where_it_fits() -> None:
    text = plugged(" one\n-two\n+2\n+3\n")["app/main.py"]
    assert text.endswith("\none\n2\n3\none more\n")


def test_imports_of_the_service_are_sorted() -> None:
    text = plugged(" from app.b import b\n+from app.a import a\n+from app.c import c\n")
    assert text["app/main.py"].startswith(
        "import os\n\nfrom app.a import a\nfrom app.b import b\nfrom app.c import c\nfrom app.d"
    )


def test_two_recipes_may_begin_the_imports_of_the_service() -> None:
    text = plugged(" import os\n+\n+from app.c import c\n")["app/main.py"]
    block = "from app.b import b\nfrom app.c import c\nfrom app.d import d\n"
    assert text.startswith(f"import os\n\n{block}\none\n")


@pytest.mark.parametrize(
    ("hunk", "why"),
    [
        (" three\n+3\n", "it: app/main.py: 0 places fit 'three\\n'"),
        (" ne\n+3\n", "0 places fit"),
        ("\n+3\n", "2 places fit"),
    ],
)
def test_a_hunk_that_fits_nowhere_or_twice_is_refused(hunk: str, why: str) -> None:
    with pytest.raises(RecipeError, match=re.escape(why)):
        plugged(hunk)


def test_a_recipe_for_another_project_is_refused() -> None:
    with pytest.raises(
        RecipeError, match=re.escape("it changes app/x.py, which the project does not have")
    ):
        add_recipe(PROJECT, "it", {PLUG: "--- app/x.py\n+++ app/x.py\n@@\n one\n"})
    with pytest.raises(RecipeError, match=re.escape("it adds app/main.py, which another recipe")):
        plugged(" two\n+3\n", **{"app/main.py": "mine"})


def test_a_migration_follows_the_last_one() -> None:
    script = {"migrations/versions/3.py": 'revision = "three"\ndown_revision = "0001"\n'}
    text = plugged(" two\n+3\n", **script)["migrations/versions/3.py"]
    assert text == 'revision = "three"\ndown_revision = "two"\n'


def test_the_readme_says_how_each_chosen_part_is_used() -> None:
    plain = project_files(SNIPPETS, "shop")["README.md"]
    readme = project_files(SNIPPETS, "shop", ["refresh-tokens", "jobs"])["README.md"]
    added = readme.removeprefix(plain)
    assert re.findall(r"^\*\*(\S+)\*\*: ", added, re.MULTILINE) == [
        "refresh-tokens", "outbox", "jobs",
    ]  # fmt: skip
    assert "Two logins" in added
    assert "`uv run python -m app.worker` does the jobs" in added


def test_a_recipe_that_does_not_say_how_it_is_used_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "recipes" / "it" / PLUG
    file.parent.mkdir(parents=True)
    file.write_text("What: it\n--- a\n")
    with pytest.raises(RecipeError, match=r"^it/plug.diff .*add a line `Use: \.\.\.`"):
        recipe_use(tmp_path, "it")


@pytest.mark.parametrize("others", [[], ["etag"]])
def test_compose_starts_a_valkey_only_for_who_asks_it(others: list[str]) -> None:
    assert "valkey" not in project_files(SNIPPETS, "shop", others)["compose.yaml"]
    assert "  valkey:" in project_files(SNIPPETS, "shop", [*others, "cache"])["compose.yaml"]


@pytest.mark.parametrize("name", NAMES)
def test_a_recipe_is_small_and_bounded(name: str) -> None:
    for file in files_of(name):
        text = (RECIPES / name / file).read_text()
        if file.startswith("app/"):
            assert len(text.splitlines()) <= 130, file
            assert ast.get_docstring(ast.parse(text)), file
    plug = (RECIPES / name / PLUG).read_text()
    assert re.match(r"What: .{20,100}\nUse: .{20,400}\n(Needs: .+\n|Alone: .+\n)?--- ", plug)
    for dependency in re.findall(r'^\+    ("[\w\[\],-]+[<>=].*",)$', plug, re.MULTILINE):
        requirement = tomllib.loads(f"it = [{dependency}]")["it"][0].partition(";")[0]
        assert re.search(r">=[\d.]+,<\d", requirement), dependency
