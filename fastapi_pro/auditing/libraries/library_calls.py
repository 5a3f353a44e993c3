"""What calls of libraries do, by name: which of them wait, hash a password or use a thread.

Functions stand here by their dotted name, methods by the class of their object; both names are
those of `Node.called` and `Node.type`. A library that a detector is to know is entered here.
"""

from fastapi_pro.auditing.model.library_types import CONNECTION, ENGINE, SCOPED, SESSION

_VERBS = {"delete", "get", "head", "options", "patch", "post", "put", "request", "send", "stream"}
_SESSION = {
    "commit", "connection", "exec", "execute", "flush", "get", "get_one", "merge", "query",
    "refresh", "rollback", "scalar", "scalars",
}  # fmt: skip

# -- calls that keep their thread waiting for something outside the process ----------------------

SLOW_FUNCTIONS = {f"{library}.{verb}" for library in ("httpx", "requests") for verb in _VERBS} | {
    "urllib.request.urlopen",
}
"""Functions that wait for a foreign service, which may take seconds."""

BLOCKING_FUNCTIONS = SLOW_FUNCTIONS | {
    "subprocess.run", "subprocess.call", "subprocess.check_call", "subprocess.check_output",
    "subprocess.getoutput", "os.system", "urllib.request.urlretrieve", "urllib3.request",
    "psycopg2.connect", "psycopg.connect", "psycopg.Connection.connect", "pymysql.connect",
    "MySQLdb.connect", "mysql.connector.connect", "sqlite3.connect", "smtplib.SMTP",
    "smtplib.SMTP_SSL", "socket.create_connection", "socket.gethostbyname", "socket.getaddrinfo",
}  # fmt: skip
"""All functions that wait."""

SLOW_METHODS = {
    "httpx.Client": _VERBS,
    "requests.Session": _VERBS,
    "requests.sessions.Session": _VERBS,
    "smtplib.SMTP": {"send_message", "sendmail"},
    "smtplib.SMTP_SSL": {"send_message", "sendmail"},
    "boto3.client": {
        "copy_object", "download_file", "download_fileobj", "get_object", "invoke", "put_object",
        "send_email", "upload_file", "upload_fileobj",
    },
}  # fmt: skip
"""Methods that wait for a foreign service, which may take seconds."""

BLOCKING_METHODS = SLOW_METHODS | {
    SESSION: _SESSION,
    SCOPED: _SESSION,
    ENGINE: {"begin", "connect", "execute"},
    CONNECTION: {"commit", "execute", "rollback", "scalar", "scalars"},
    "urllib3.PoolManager": {"request", "urlopen"},
    "paramiko.SSHClient": {"connect", "exec_command", "open_sftp"},
    "psycopg2.connection": {"commit", "rollback"},
    "psycopg2.extensions.connection": {"commit", "rollback"},
    "psycopg.Connection": {"commit", "execute", "rollback"},
    "sqlite3.Connection": {"commit", "execute", "executemany", "executescript", "rollback"},
    "smtplib.SMTP": {"ehlo", "login", "sendmail", "send_message", "starttls"},
    "smtplib.SMTP_SSL": {"ehlo", "login", "sendmail", "send_message"},
}
"""All methods that wait, of the classes that are not in `LOCAL_METHODS`."""

_REDIS = {"close", "lock", "pipeline", "pubsub", "register_script"}
_AWS = {
    "can_paginate", "close", "generate_presigned_post", "generate_presigned_url", "get_paginator",
    "get_waiter",
}  # fmt: skip
LOCAL_METHODS = {
    "redis.Redis": _REDIS,
    "redis.StrictRedis": _REDIS,
    "redis.client.Redis": _REDIS,
    "redis.RedisCluster": _REDIS,
    "boto3.client": _AWS,
    "boto3.resource": _AWS,
}
"""The few methods that do not wait, of clients whose others all do.

Of AWS, a name with a capital makes an object, and does not wait either.
"""

MODELS = {"openai.OpenAI", "openai.AzureOpenAI", "anthropic.Anthropic", "groq.Groq"}
"""Clients of language models, which may take a minute: `client.chat.completions.create()`."""

ASKS = {"create", "parse", "generate", "edit", "complete"}
"""The methods that ask a model, at the end of a chain of attributes."""

# -- coroutines that wait long, without the thread -----------------------------------------------

SLOW_COROUTINES = {"aiosmtplib.send"}
"""Coroutine functions that wait for a foreign service."""

SLOW_COROUTINE_METHODS = {
    "httpx.AsyncClient": _VERBS,
    "aiohttp.ClientSession": _VERBS,
    "aiohttp.client.ClientSession": _VERBS,
    "aiosmtplib.SMTP": {"connect", "send_message", "sendmail"},
    "fastapi_mail.FastMail": {"send_message"},
}
"""Coroutine methods that wait for a foreign service."""

ASYNC_MODELS = {
    "openai.AsyncOpenAI", "openai.AsyncAzureOpenAI", "anthropic.AsyncAnthropic",
    "groq.AsyncGroq", "mistralai.Mistral",
}  # fmt: skip
"""Clients of language models whose calls are awaited."""

# -- HTTP clients --------------------------------------------------------------------------------

REQUESTS = {f"requests.{verb}" for verb in _VERBS - {"send", "stream"}}
"""Functions of requests, which wait for ever unless they are given a timeout."""

HTTPX = {f"httpx.{verb}" for verb in _VERBS - {"send"}}
"""Functions of httpx, which wait five seconds."""

REQUESTS_SESSIONS = {"requests.Session", "requests.sessions.Session"}
REQUEST_METHODS = _VERBS - {"send"}
"""The methods of a client or session that take a timeout."""

HTTP_CLIENTS = {
    "httpx.AsyncClient", "httpx.Client", "aiohttp.ClientSession", "aiohttp.client.ClientSession",
}  # fmt: skip
"""Clients that keep connections open, for all requests if there is one of them."""

# -- passwords -----------------------------------------------------------------------------------

PASSLIB = "passlib.context.CryptContext"
HASHERS = {
    "pwdlib.PasswordHash", PASSLIB, "passlib.context.LazyCryptContext", "argon2.PasswordHasher",
    "pwdlib.hashers.argon2.Argon2Hasher", "pwdlib.hashers.bcrypt.BcryptHasher",
    "fastapi_users.password.PasswordHelper",
}  # fmt: skip
"""Classes whose objects hash and verify passwords."""

HASH_FUNCTIONS = {
    "bcrypt.hashpw", "bcrypt.kdf", "hashlib.scrypt", "hashlib.pbkdf2_hmac",
    "werkzeug.security.generate_password_hash",
}  # fmt: skip
VERIFY_FUNCTIONS = {"bcrypt.checkpw", "werkzeug.security.check_password_hash"}
HASH_METHODS = {"hash", "encrypt"}
VERIFY_METHODS = {"verify", "verify_and_update"}

# -- threads -------------------------------------------------------------------------------------

THREADS = {
    "asyncio.to_thread", "fastapi.concurrency.run_in_threadpool", "anyio.to_thread.run_sync",
}  # fmt: skip
"""Functions that run in a thread what they are given first."""
