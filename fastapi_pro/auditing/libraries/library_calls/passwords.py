"""Password hashes: what computes one, and what compares a password with one."""

from fastapi_pro.auditing.libraries.library_calls.table import Calls

PASSLIB = "passlib.context.CryptContext"
_HASH, _VERIFY = "hash encrypt", "verify verify_and_update"
HASHERS = (
    "argon2.PasswordHasher",
    "fastapi_users.password.PasswordHelper",
    PASSLIB,
    "passlib.context.LazyCryptContext",
    "pwdlib.PasswordHash",
    "pwdlib.hashers.argon2.Argon2Hasher",
    "pwdlib.hashers.bcrypt.BcryptHasher",
)
"""Classes whose objects hash and verify passwords."""

HASHES_TABLE = {
    "bcrypt": "hashpw kdf",
    "hashlib": "pbkdf2_hmac scrypt",
    "passlib.hash.*": _HASH,
    "werkzeug.security": "generate_password_hash",
    **dict.fromkeys(HASHERS, _HASH),
}
VERIFICATIONS_TABLE = {
    "bcrypt": "checkpw",
    "passlib.hash.*": _VERIFY,
    "werkzeug.security": "check_password_hash",
    **dict.fromkeys(HASHERS, _VERIFY),
}
HASHES = Calls(HASHES_TABLE, VERIFICATIONS_TABLE)
VERIFICATIONS = Calls(VERIFICATIONS_TABLE)
