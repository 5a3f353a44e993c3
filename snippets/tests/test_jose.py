"""The recipe jose: the tests of login and tokens again, on python-jose and passlib."""

from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType

import pytest

from app.core import security as first
from app.services import auth
from fastapi_pro.scaffolding.files import project_files
from live import ROOT
from test_auth import *  # noqa: F403 -- all its tests, which here take the fixture below


@pytest.fixture(scope="session")
def jose(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """`app.core.security` as the recipe makes it."""
    file = tmp_path_factory.mktemp("jose") / "security.py"
    file.write_text(project_files(ROOT, "shop", ["jose"])["app/core/security.py"])
    spec = spec_from_file_location("security_jose", file)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(autouse=True)  # type: ignore[no-redef]
def security(jose: ModuleType, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Put it in the place of the first."""
    monkeypatch.setattr(auth, "security", jose)
    return jose


@pytest.mark.parametrize(
    "password", ["correct horse", "\N{PILE OF POO}" * 128, "\0" * 8, "密码密码密码密码"]
)
def test_each_reads_the_hashes_of_the_other(jose: ModuleType, password: str) -> None:
    for one, other in ((first, jose), (jose, first)):
        password_hash = one.hash_password(password)
        assert other.verify_password(password, password_hash)
        assert not other.verify_password(password[:-1] + "x", password_hash)


def test_each_reads_the_tokens_of_the_other(jose: ModuleType) -> None:
    assert first.decode_access_token(jose.create_access_token(7)).user_id == 7
    assert jose.decode_access_token(first.create_access_token(7)).user_id == 7
