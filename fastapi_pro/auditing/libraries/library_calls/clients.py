"""Clients of libraries: HTTP clients with their timeouts, and clients to make once per process."""

VERBS = {"delete", "get", "head", "options", "patch", "post", "put", "request", "send", "stream"}
"""The methods of a client or session that send a request."""

REQUESTS = {f"requests.{verb}" for verb in VERBS - {"send", "stream"}}
"""Functions of requests, which wait for ever without a timeout."""

HTTPX = {f"httpx.{verb}" for verb in VERBS - {"send"}}
"""Functions of httpx, which wait five seconds."""

REQUESTS_SESSIONS = {"requests.Session"}
REQUEST_METHODS = VERBS - {"send"}
"""The methods of a client or session that take a timeout."""

HTTP_CLIENTS = {"aiohttp.ClientSession", "httpx.AsyncClient", "httpx.Client"}
"""HTTP clients, which request any address that they get."""

_CONNECTION = "a new connection"
_TLS = "a new connection, and a new TLS context that reads all CA certificates"
_POOL = "a pool of its own, and a new connection for the first command"
_SERVICE = "it reads the description of the service from disk, and opens new connections"

KEPT_CLIENTS = {
    "aiohttp.ClientSession": _CONNECTION,
    "anthropic.Anthropic": _TLS,
    "anthropic.AsyncAnthropic": _TLS,
    "arq.connections.create_pool": _POOL,
    "arq.create_pool": _POOL,
    "asyncpg.create_pool": _POOL,
    "boto3.client": _SERVICE,
    "boto3.resource": _SERVICE,
    "groq.AsyncGroq": _TLS,
    "groq.Groq": _TLS,
    "httpx.AsyncClient": _TLS,
    "httpx.Client": _TLS,
    "motor.motor_asyncio.AsyncIOMotorClient": _POOL,
    "openai.AsyncAzureOpenAI": _TLS,
    "openai.AsyncOpenAI": _TLS,
    "openai.AzureOpenAI": _TLS,
    "openai.OpenAI": _TLS,
    "pymongo.AsyncMongoClient": _POOL,
    "pymongo.MongoClient": _POOL,
    "redis.Redis": _POOL,
    "redis.Redis.from_url": _POOL,
    "redis.StrictRedis": _POOL,
    "redis.asyncio.Redis": _POOL,
    "redis.asyncio.Redis.from_url": _POOL,
    "redis.asyncio.from_url": _POOL,
    "redis.from_url": _POOL,
}
"""Clients that keep connections open if they are shared, and what each new one costs."""
POOLS = {
    "redis.from_url", "redis.asyncio.from_url", "redis.Redis.from_url",
    "redis.asyncio.Redis.from_url", "redis.ConnectionPool.from_url",
    "redis.asyncio.ConnectionPool.from_url", "redis.Redis", "redis.StrictRedis",
    "redis.asyncio.Redis", "redis.asyncio.StrictRedis", "asyncpg.create_pool",
    "arq.create_pool", "arq.connections.create_pool",
}  # fmt: skip
"""Clients with their own connection pool."""
