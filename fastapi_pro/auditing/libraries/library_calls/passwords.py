"""Password hashes: calls that compute one, and calls that compare a password with one."""

from fastapi_pro.auditing.libraries.library_calls.table import Calls

PASSLIB = "passlib.context.CryptContext"
_PASSLIB = {
    PASSLIB: "encrypt hash",
    "passlib.context.LazyCryptContext": "encrypt hash",
    "passlib.hash.*": "encrypt hash",
}
_HASHERS = {
    "argon2.PasswordHasher": "hash",
    "fastapi_users.password.PasswordHelper": "hash",
    "pwdlib.PasswordHash": "hash",
    "pwdlib.hashers.argon2.Argon2Hasher": "hash",
    "pwdlib.hashers.bcrypt.BcryptHasher": "hash",
}

HASHES_TABLE = {
    "bcrypt": "hashpw kdf",
    "hashlib": "pbkdf2_hmac scrypt",
    "werkzeug.security": "generate_password_hash",
    **_HASHERS,
    **_PASSLIB,
}
"""Calls that compute the hash of a new password."""

VERIFICATIONS_TABLE = {
    "argon2.PasswordHasher": "verify",
    "bcrypt": "checkpw",
    "fastapi_users.password.PasswordHelper": "verify_and_update",
    "pwdlib.PasswordHash": "verify verify_and_update",
    "pwdlib.hashers.argon2.Argon2Hasher": "verify",
    "pwdlib.hashers.bcrypt.BcryptHasher": "verify",
    "werkzeug.security": "check_password_hash",
    **dict.fromkeys(_PASSLIB, "verify verify_and_update"),
}
"""Calls that compute a hash to compare a password with it."""

HASHES = Calls(HASHES_TABLE, VERIFICATIONS_TABLE)
VERIFICATIONS = Calls(VERIFICATIONS_TABLE)
