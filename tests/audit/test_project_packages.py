"""Which versions of a package a project has: each file that says so, in each of its forms."""

import codecs
import functools
from pathlib import Path

import pytest

from fastapi_pro.auditing.libraries.known_types import KnownTypes
from fastapi_pro.auditing.libraries.project_packages import Versions, packages, versions
from fastapi_pro.auditing.libraries.version_ranges import ranges
from fastapi_pro.auditing.model.module import Module
from fastapi_pro.auditing.model.program import Program
from fastapi_pro.auditing.sources.parse import parse
from tests.audit.programs import audit, write


def _versions(root: Path, package: str = "fastapi", path: str = "main.py") -> Versions:
    """Return the versions of a package that a module of a project has."""
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        file.write_text("")
    module = Module(file, path, file.read_bytes(), parse)
    load = functools.partial(lambda path: path and None)
    Program([module], root, load, KnownTypes())
    return versions(module, package)


OLD = {
    "requirements": "#= requirements.txt\nfastapi==0.116.1\n",
    "requirements, hashes, a comment": "#= requirements.txt\nfastapi==0.116.1 \\\n"
    "    --hash=sha256:aa \\\n    --hash=sha256:bb  # the web\n",
    "requirements, another spelling": "#= requirements.txt\nFastAPI[standard] == 0.116.*\n",
    "a file of another name": "#= base-requirements.txt\nfastapi<0.118\n",
    "a folder of requirements": "#= requirements/base.txt\nfastapi~=0.116.0\n",
    "a folder of settings": "#= config/requirements.txt\nfastapi==0.116.1\n",
    "included": "#= requirements.txt\n-r deps/web.txt\n#= deps/web.txt\nfastapi==0.116.1\n",
    "included in a circle": "#= requirements.txt\n--requirement=a.txt\nfastapi<0.118\n"
    "#= a.txt\n-r requirements.txt\n",
    "constrained": "#= requirements.txt\nfastapi>=0.100\n-c limits.txt\n"
    "#= limits.txt\nfastapi<=0.117.1\n",
    "a wheel's address": "#= requirements.txt\n"
    "fastapi @ https://files.example/fastapi-0.116.1-py3-none-any.whl\n",
    "a tag": "#= requirements.txt\nfastapi @ git+https://git.example/fastapi.git@0.116.1\n",
    "pyproject": '#= pyproject.toml\n[project]\ndependencies = ["fastapi>=0.100,<0.118"]\n',
    "poetry, caret": '#= pyproject.toml\n[tool.poetry.dependencies]\nfastapi = "^0.116.1"\n',
    "poetry, tilde": '#= pyproject.toml\n[tool.poetry.dependencies]\nfastapi = "~0.116"\n',
    "poetry, bare": '#= pyproject.toml\n[tool.poetry.dependencies]\nfastapi = "0.116.1"\n',
    "poetry, a table": "#= pyproject.toml\n[tool.poetry.dependencies]\n"
    'fastapi = {version = "^0.116", extras = ["all"]}\n',
    "uv's constraints": '#= pyproject.toml\n[project]\ndependencies = ["fastapi"]\n'
    '[tool.uv]\nconstraint-dependencies = ["fastapi<0.118"]\n',
    "setuptools reads a file": "#= pyproject.toml\n[tool.setuptools.dynamic]\n"
    'dependencies = {file = ["deps.in"]}\n#= deps.in\nfastapi==0.116.1\n',
    "uv.lock over a range": '#= pyproject.toml\n[project]\ndependencies = ["fastapi>=0.100"]\n'
    '#= uv.lock\nversion = 1\n\n[[package]]\nname = "fastapi"\nversion = "0.116.1"\n'
    'source = { registry = "x" }\n\n[[package]]\nname = "idna"\nversion = "3.7"\n',
    "poetry.lock": '#= poetry.lock\n[[package]]\nname = "fastapi"\nversion = "0.116.1"\n'
    'description = "x"\n',
    "pdm.lock": '#= pdm.lock\n[[package]]\nname = "fastapi"\nversion = "0.116.1"\n'
    'requires_python = ">=3.8"\n',
    "pylock.toml": '#= pylock.toml\nlock-version = "1.0"\n\n[[packages]]\n'
    'version = "0.116.1"\nname = "fastapi"\n',
    "Pipfile.lock": '#= Pipfile.lock\n{"default": {"fastapi": {"version": "==0.116.1"}}}\n',
    "Pipfile": '#= Pipfile\n[packages]\nfastapi = "==0.116.1"\n',
    "requires.txt": "#= requires.txt\nfastapi<0.118\n",
    "setup.py reads a file": "#= setup.py\nfrom setuptools import setup\n"
    'setup(install_requires=open("deps.txt").read().split())\n#= deps.txt\nfastapi<0.118\n',
    "setup.py": "#= setup.py\nfrom setuptools import setup\n"
    'WEB = ["fastapi==0.116.1"]\nsetup(install_requires=["httpx"] + WEB)\n',
    "setup.cfg": "#= setup.cfg\n[options]\ninstall_requires =\n    httpx\n    fastapi<0.118\n",
    "egg-info": "#= a.egg-info/requires.txt\nfastapi<0.118\n\n[dev]\npytest\n",
    "conda": "#= environment.yml\ndependencies:\n  - python=3.12\n"
    "  - conda-forge::fastapi=0.116.1=pyhd8ed1ab_0\n",
    "conda's pip": "#= environment.yaml\ndependencies:\n  - pip\n  - pip:\n"
    "      - fastapi==0.116.1\n",
    "a Dockerfile": "#= Dockerfile\nFROM python:3.12\n"
    "RUN pip install --no-cache-dir \\\n    'fastapi[all]==0.116.1' httpx && rm -r x\n",
    "a Dockerfile's list": "#= docker/Dockerfile\n"
    'RUN ["pip", "install", "fastapi==0.116.1", "httpx"]\n',
    "a Dockerfile's file": "#= Dockerfile\nRUN pip install -r prod.txt\n"
    "#= prod.txt\nfastapi==0.116.1\n",
    "a Dockerfile's variable": "#= Dockerfile\nARG FASTAPI=0.116.1\n"
    "RUN pip install fastapi==${FASTAPI}\n",
    "rye's lock": "#= requirements.lock\nfastapi==0.116.1\n",
    "a script": '#= main.py\n# /// script\n# dependencies = [\n#   "fastapi==0.116.1",\n'
    "# ]\n# ///\nimport fastapi\n",
    "a marker of Python": "#= .python-version\n3.12\n#= requirements.txt\n"
    'fastapi==0.165.0; python_version < "3.10"\nfastapi==0.116.1; python_version >= "3.10"\n',
    "a marker of Windows": "#= requirements.txt\nfastapi<0.118\n"
    "fastapi==0.165.0; sys_platform == 'win32'\n",
    "a lock's marker of Python": "#= pyproject.toml\n[project]\n"
    'requires-python = ">=3.11"\n#= uv.lock\n[[package]]\nname = "fastapi"\n'
    'version = "0.165.0"\nresolution-markers = [\n    "python_full_version < \'3.10\'",\n]\n'
    '\n[[package]]\nname = "fastapi"\nversion = "0.116.1"\n',
    "tests want another": "#= requirements.txt\nfastapi<0.118\n"
    "#= requirements-dev.txt\nfastapi>=0.165\n",
    "an installed wheel": "#= fastapi-0.116.1.dist-info/METADATA\nName: fastapi\n",
}


@pytest.mark.parametrize("name", OLD)
def test_an_old_version_is_known(name: str, tmp_path: Path) -> None:
    write(tmp_path, OLD[name])
    found = _versions(tmp_path)
    assert found.has_before("0.118")
    assert not found.has_from("0.118")


NEW = {
    "nothing": "#= main.py\nx = 1\n",
    "no version": "#= requirements.txt\nfastapi\n",
    "a lower bound": "#= requirements.txt\nfastapi>=0.100\n",
    "any": '#= pyproject.toml\n[tool.poetry.dependencies]\nfastapi = "*"\n',
    "not this one": "#= requirements.txt\nfastapi!=0.116.1\n",
    "another package": "#= requirements.txt\nfastapi-users==0.100.0\n",
    "a branch": "#= requirements.txt\nfastapi @ git+https://git.example/fastapi.git@master\n",
    "a comment": "#= requirements.txt\n# fastapi==0.116.1\nhttpx\n",
    "a lock that is broken": "#= Pipfile.lock\n{\n#= pyproject.toml\n[project\n#= setup.py\ndef\n",
    "an image": "#= Dockerfile\nFROM fastapi:0.116.1\nRUN apt-get install fastapi=0.116.1\n",
}


@pytest.mark.parametrize("name", NEW)
def test_what_nobody_bounds_is_the_newest(name: str, tmp_path: Path) -> None:
    write(tmp_path, NEW[name])
    found = _versions(tmp_path)
    assert found.has_from("99")
    assert not found.has_before("99")


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
        (b"# coding: latin-1\n", "latin-1"),
        (b"", "cp1252"),
    ],
)
def test_requirements_are_read_as_pip_reads_them(
    tmp_path: Path, mark: bytes, encoding: str
) -> None:
    text = "fastapi==0.116.1  # für alle\r\nhttpx\r\n"
    (tmp_path / "requirements.txt").write_bytes(mark + text.encode(encoding))
    assert not _versions(tmp_path).has_from("0.118")


def test_the_nearest_file_decides(tmp_path: Path) -> None:
    write(
        tmp_path,
        "#= requirements.txt\nfastapi==0.165.0\n#= old/requirements.txt\nfastapi==0.105.0\n",
    )
    assert _versions(tmp_path, path="new/app/main.py").has_from("0.165")
    assert not _versions(tmp_path, path="old/app/main.py").has_from("0.106")


def test_without_a_file_above_the_others_of_the_repository_decide(tmp_path: Path) -> None:
    write(
        tmp_path,
        "#= services/shop/requirements.txt\nfastapi==0.105.0\n"
        "#= services/stock/pyproject.toml\n[project]\ndependencies = ['fastapi<0.106']\n"
        "#= tests/requirements.txt\nfastapi==0.165.0\n",
    )
    found = _versions(tmp_path, path="clients/shop/models.py")
    assert found.is_borrowed
    assert not found.has_from("0.106")
    assert not _versions(tmp_path, path="services/shop/main.py").is_borrowed


_LEFTOVER = """
from fastapi import FastAPI
from pydantic import BaseModel
class {name}(BaseModel):
    class Config:
        orm_mode = True
app = FastAPI()
@app.get("/")
def read() -> {name}:
    return row
"""


@pytest.mark.parametrize(
    ("one", "other", "count"), [("1.10.2", "1.10.13", 0), ("1.10.2", "2.5.0", 1), ("2.5", "2.6", 2)]
)
def test_what_depends_on_unknown_versions_is_told_once(
    one: str, other: str, count: int, tmp_path: Path
) -> None:
    source = f"#= gateway/orders.py\n{_LEFTOVER.format(name='Order')}"
    source += f"#= gateway/rooms.py\nimport orders\n{_LEFTOVER.format(name='Room')}"
    source += f"#= shop/requirements.txt\npydantic=={one}\n"
    source += f"#= stock/requirements.txt\npydantic=={other}\n"
    found = [f for f in audit(tmp_path, source) if f.slug == "v1-config-leftovers"]
    assert len(found) == count
    told = [f for f in found if "(with pydantic 2.0 or later: folders beside name" in f.message]
    assert len(told) == (count == 1)


def test_the_lock_of_a_workspace_pins_what_a_member_bounds(tmp_path: Path) -> None:
    lock = '[[package]]\nname = "fastapi"\nversion = "{}"\n'
    (tmp_path / "uv.lock").write_text(lock.format("0.116.1") + "\n" + lock.format("0.165.0"))
    member = tmp_path / "services" / "shop"
    member.mkdir(parents=True)
    (member / "pyproject.toml").write_text('[project]\ndependencies = ["fastapi<0.120"]\n')
    found = _versions(tmp_path, path="services/shop/main.py")
    assert found.ranges == tuple(ranges("==0.116.1"))


def test_the_folder_above_a_package_holds_its_requirements(tmp_path: Path) -> None:
    write(tmp_path, "#= requirements.txt\nfastapi==0.116.1\n#= app/main.py\nx = 1\n")
    assert not _versions(tmp_path / "app").has_from("0.118")


def test_several_pins_are_all_known(tmp_path: Path) -> None:
    write(
        tmp_path,
        "#= requirements.txt\nfastapi==0.116.1; python_version < '3.11'\n"
        "fastapi==0.165.0; python_version >= '3.11'\n",
    )
    found = _versions(tmp_path)
    assert found.has_before("0.118")
    assert found.has_from("0.165")
    assert not found.has_within("0.118", "0.160")


def test_what_is_declared_may_admit_older_ones(tmp_path: Path) -> None:
    assert not _versions(tmp_path).admits_before("0.121")
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "requirements.txt").write_text("fastapi>=0.100\n")
    assert _versions(tmp_path, path="app/main.py").admits_before("0.121")
    assert not _versions(tmp_path, path="app/main.py").admits_before("0.99")
    (tmp_path / "free").mkdir()
    (tmp_path / "free" / "requirements.txt").write_text("fastapi\n")
    assert not _versions(tmp_path, path="free/main.py").admits_before("0.121")


def test_the_wheel_that_holds_the_code_says_what_it_needs(tmp_path: Path) -> None:
    metadata = (
        "Name: shop\nRequires-Dist: fastapi (<0.118,>=0.100)\n"
        "Requires-Dist: fastapi (>=0.165) ; extra == 'new'\n\nfastapi==0.165\n"
    )
    write(tmp_path, f"#= shop_service-1.0.dist-info/METADATA\n{metadata}")
    write(tmp_path, "#= shop_service-1.0.dist-info/RECORD\nshop/main.py,,\n")
    write(tmp_path, "#= other-1.0.dist-info/METADATA\nRequires-Dist: fastapi==0.90\n")
    write(tmp_path, "#= other-1.0.dist-info/RECORD\nother/main.py,,\n")
    found = _versions(tmp_path, path="shop/main.py")
    assert found.has_from("0.117")
    assert not found.has_from("0.118")
    module = Module(tmp_path / "shop" / "main.py", "shop/main.py", b"", parse)
    program = Program([module], tmp_path, lambda _: None, KnownTypes())
    assert packages(program) == {"fastapi"}


@pytest.mark.parametrize(
    ("pydantic", "is_new"),
    [
        ("", False),
        ("pydantic", False),
        ("pydantic>=1.10", False),
        ("pydantic[email]>=1.8,<3", False),
        ("pydantic==1.10.7", False),
        ("pydantic==2.5.3", True),  # then it is what runs, whatever FastAPI asks for
    ],
)
def test_an_old_fastapi_means_an_old_pydantic(pydantic: str, is_new: bool, tmp_path: Path) -> None:
    write(tmp_path, f"#= requirements.txt\nfastapi[all]==0.99.1\n{pydantic}\n")
    assert _versions(tmp_path, "pydantic").has_from("2") == is_new


@pytest.mark.parametrize(
    ("source", "pydantic", "is_new"),
    [
        ("from pydantic import BaseSettings", "", False),
        ("from pydantic import BaseModel, ConstrainedStr", "pydantic>=1.10", False),
        ("from pydantic.fields import ModelField", "pydantic", False),
        ("from pydantic import BaseSettings", "pydantic==2.5.3", True),
        ("from pydantic.v1 import BaseSettings", "", True),
        ("from pydantic_settings import BaseSettings", "", True),
        ("from pydantic import BaseModel, Field", "", True),
        ("try:\n    from pydantic import BaseSettings\nexcept ImportError: ...", "", True),
        ("if OLD:\n    from pydantic import BaseSettings", "", True),
        ("def old():\n    from pydantic import BaseSettings", "", True),
    ],
)
def test_what_pydantic_2_does_not_have_means_an_old_one(
    source: str, pydantic: str, is_new: bool, tmp_path: Path
) -> None:
    write(tmp_path, f"#= requirements.txt\nfastapi\n{pydantic}\n#= main.py\n{source}\n")
    assert _versions(tmp_path, "pydantic").has_from("2") == is_new


def test_only_code_with_the_same_requirements_says_which_pydantic_it_is(tmp_path: Path) -> None:
    files = write(
        tmp_path,
        "#= a/requirements.txt\nfastapi\n#= a/app/main.py\n#= a/app/core/settings.py\n"
        "from pydantic import BaseSettings\n#= b/requirements.txt\nfastapi\n#= b/main.py\n",
    )
    modules = [Module(f, f.name, f.read_bytes(), parse) for f in files if f.suffix == ".py"]
    Program(modules, tmp_path, lambda _: None, KnownTypes())
    found = {m.path.parent.name: versions(m, "pydantic").has_from("2") for m in modules}
    assert found == {"app": False, "core": False, "b": True}


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("==1.4", ["1.4", "1.4.0"], ["1.4.1", "1.3"]),
        ("==1.4.*", ["1.4", "1.4.9"], ["1.5", "1.3.9"]),
        ("=1.4", ["1.4.9"], ["1.5"]),
        ("~=1.4.2", ["1.4.2", "1.4.9"], ["1.5", "1.4.1"]),
        ("~=1.4", ["1.4", "1.9"], ["2", "1.3"]),
        ("~1.4.2", ["1.4.9"], ["1.5"]),
        ("~1", ["1.9"], ["2"]),
        ("^1.4", ["1.9"], ["2", "1.3"]),
        ("^0.4.2", ["0.4.9"], ["0.5", "0.4.1"]),
        ("^0.0.3", ["0.0.3"], ["0.0.4"]),
        ("^0", ["0.9"], ["1"]),
        (">=1,<2", ["1", "1.99"], ["2", "2.0.0", "0.9"]),
        (">=1 <2", ["1.99"], ["2"]),
        ("<=2", ["2", "2.0"], ["2.0.1"]),
        ("<2,!=1.5", ["1.4"], ["2"]),
        ("==2.0.0rc1", ["2"], ["2.1"]),
        ("", ["0", "99"], []),
        ("nonsense", ["0", "99"], []),
    ],
)
def test_a_specifier_is_a_range(text: str, inside: list[str], outside: list[str]) -> None:
    (found,) = ranges(text)
    for version in inside:
        (point,) = ranges(f"=={version}")
        assert not found.within(point).is_empty, version
    for version in outside:
        (point,) = ranges(f"=={version}")
        assert found.within(point).is_empty, version
