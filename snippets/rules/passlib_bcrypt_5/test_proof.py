"""Proof of passlib-bcrypt-5."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

HASH = """
import runpy, sys
code = runpy.run_path(sys.argv[1])
stored = code["hash_password"](sys.argv[2])
assert code["verify_password"](sys.argv[2], stored)
assert not code["verify_password"]("another", stored)
print(stored)
"""
ARGON2_OF_PASSLIB = """
from passlib.context import CryptContext
hasher = CryptContext(schemes=["argon2"])
assert hasher.verify("short", hasher.hash("short"))
"""
OLD_HASHES = """
import bcrypt
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from pwdlib.hashers.bcrypt import BcryptHasher
hasher = PasswordHash((Argon2Hasher(), BcryptHasher()))
assert hasher.verify("short", bcrypt.hashpw(b"short", bcrypt.gensalt(4)).decode())
assert hasher.hash("short").startswith("$argon2id$")
from passlib.context import CryptContext
from pwdlib.exceptions import UnknownHashError
def is_unknown(reader, stored):
    try:
        return not reader.verify("short", stored)
    except UnknownHashError:
        return True
stored = bcrypt.hashpw(b"short", bcrypt.gensalt(4)).decode()
assert is_unknown(PasswordHash.recommended(), stored)
for scheme in ("pbkdf2_sha256", "sha256_crypt", "sha512_crypt"):
    assert is_unknown(hasher, CryptContext(schemes=[scheme]).hash("short")), scheme
"""
WITHOUT_BCRYPT = f"""
import sys
sys.modules["bcrypt"] = None
{HASH}
"""

Python = Callable[..., subprocess.CompletedProcess[str]]


def test_bad_worked_with_bcrypt_4_and_fails_with_5(
    bad_file: Path, python_with_bcrypt: Python
) -> None:
    with_4 = python_with_bcrypt("4.3.0", HASH, str(bad_file), "short")
    assert with_4.stdout.startswith("$2b$12$"), with_4.stderr
    with_5 = python_with_bcrypt("5.0.0", HASH, str(bad_file), "short")
    assert with_5.returncode == 1
    assert "detect_wrap_bug" in with_5.stderr
    assert "ValueError: password cannot be longer than 72 bytes, truncate" in with_5.stderr


def test_bad_works_without_bcrypt_where_python_has_crypt(
    bad_file: Path, python_with_bcrypt: Python
) -> None:
    result = python_with_bcrypt("5.0.0", WITHOUT_BCRYPT, str(bad_file), "short")
    if sys.version_info < (3, 13) and sys.platform == "linux":
        assert result.stdout.startswith("$2b$12$"), result.stderr
    else:
        assert "MissingBackendError" in result.stderr


def test_good_works_with_bcrypt_5(good_file: Path, python_with_bcrypt: Python) -> None:
    result = python_with_bcrypt("5.0.0", HASH, str(good_file), "short")
    assert result.stdout.startswith("$argon2id$"), result.stderr


def test_good_has_ways_for_those_who_keep_passlib_or_its_hashes(
    good_file: Path, python_with_bcrypt: Python
) -> None:
    for code in (ARGON2_OF_PASSLIB, OLD_HASHES, HASH):
        result = python_with_bcrypt("5.0.0", code, str(good_file), "short")
        assert result.returncode == 0, result.stderr
