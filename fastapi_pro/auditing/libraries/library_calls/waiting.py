"""Calls that wait for something outside the process."""

from fastapi_pro.auditing.libraries.library_calls.table import Calls
from fastapi_pro.auditing.model.library_types import (
    CONNECTION,
    CURSOR,
    ENGINE,
    QUERY,
    SCOPED,
    SESSION,
)

_VERBS = "delete get head options patch post put request"
_QUERIES = "commit connection exec execute flush get get_one merge refresh rollback scalar scalars"
_CURSOR = "execute executemany fetchall fetchmany fetchone"
_MODEL = "create parse generate edit complete stream"
_DOCUMENTS = (
    "aggregate bulk_write count_documents delete_many delete_one distinct find_one"
    " find_one_and_delete find_one_and_replace find_one_and_update insert_many insert_one"
    " replace_one update_many update_one"
)
_PAYMENTS = "cancel capture confirm create delete expire list modify retrieve search update"

SLOW_TABLE = {
    # HTTP
    "httpx": f"{_VERBS} stream",
    "httpx.Client": f"{_VERBS} send stream",
    "requests": _VERBS,
    "requests.Session": f"{_VERBS} send",
    "urllib.request": "urlopen urlretrieve",
    "urllib3": "request",
    "urllib3.PoolManager": "request urlopen",
    # services
    "boto3.client": "copy_object download_file download_fileobj get_object invoke put_object"
    " send_email upload_file upload_fileobj",
    "google.cloud.storage.Client": "create_bucket get_bucket lookup_bucket",
    "google.cloud.storage.Blob": "delete download_as_bytes download_as_string download_as_text"
    " download_to_file download_to_filename upload_from_file upload_from_filename"
    " upload_from_string",
    "minio.Minio": "fget_object fput_object get_object put_object remove_object stat_object",
    "resend.Emails": "send",
    "sendgrid.SendGridAPIClient": "send",
    "stripe.*": _PAYMENTS,
    "stripe.StripeClient.*": _PAYMENTS,
    "twilio.rest.Client.*": "create delete fetch list update",
    # mail
    "smtplib.SMTP": "send_message sendmail",
    "smtplib.SMTP_SSL": "send_message sendmail",
    # language models, which may take a minute
    "anthropic.Anthropic.*": _MODEL,
    "cohere.Client": "chat embed generate rerank",
    "google.genai.Client.models": "embed_content generate_content generate_content_stream",
    "google.generativeai.GenerativeModel": "generate_content",
    "groq.Groq.*": _MODEL,
    "openai.AzureOpenAI.*": _MODEL,
    "openai.OpenAI.*": _MODEL,
    # results of jobs
    "celery.result.AsyncResult": "get wait",
}
"""Calls that keep their thread waiting for another service, perhaps for seconds."""

BLOCKING_TABLE = {
    # processes and names
    "os": "system",
    "socket": "create_connection getaddrinfo gethostbyname",
    "subprocess": "call check_call check_output getoutput getstatusoutput run",
    # SQLAlchemy
    SESSION: _QUERIES,
    SCOPED: _QUERIES,
    QUERY: "all count delete first get one one_or_none scalar update",
    ENGINE: "begin connect execute",
    CONNECTION: "commit execute rollback scalar scalars",
    # databases
    "MySQLdb": "connect",
    "clickhouse_connect": "get_client",
    "elasticsearch.Elasticsearch": "* -close -options",
    "ldap3.Connection": "add bind delete modify search start_tls",
    "mysql.connector": "connect",
    "psycopg": "connect",
    "psycopg.Connection": "commit connect execute rollback",
    "psycopg.Cursor": _CURSOR,
    "psycopg2": "connect",
    "psycopg2.extensions.connection": "commit rollback",
    "psycopg2.extensions.cursor": _CURSOR,
    CURSOR: "explain next to_list",
    "pymongo.collection.Collection": _DOCUMENTS,
    "pymongo.database.Database.*": _DOCUMENTS,
    "pymongo.MongoClient": "list_database_names server_info",
    "pymongo.MongoClient.*": _DOCUMENTS,
    "pymysql": "connect",
    "pymysql.connections.Connection": "commit rollback",
    "pymysql.cursors.Cursor": _CURSOR,
    "qdrant_client.QdrantClient": "* -close",
    "redis.Redis": "* -close -lock -pipeline -pubsub -register_script",
    "redis.StrictRedis": "* -close -lock -pipeline -pubsub -register_script",
    "redis.RedisCluster": "* -close -lock -pipeline -pubsub -register_script",
    # services
    "boto3.client": "* -can_paginate -close -generate_presigned_post -generate_presigned_url"
    " -get_paginator -get_waiter",
    "boto3.resource": "*",  # a name with a capital makes an object
    "boto3.resource.*": "delete delete_item download_file download_fileobj get get_item put"
    " put_item query scan send_message update_item upload_file upload_fileobj",
    "docker": "from_env",  # asks the server for its version
    "docker.DockerClient": "df events info login ping version",
    "docker.DockerClient.*": "build create get list load prune pull push run search",
    "ftplib.FTP": "connect cwd login nlst retrbinary retrlines storbinary storlines",
    "jwt.PyJWKClient": "fetch_data get_jwk_set get_signing_key get_signing_key_from_jwt"
    " get_signing_keys",
    "paramiko.SFTPClient": "get listdir put",
    "paramiko.SSHClient": "connect exec_command open_sftp",
    "smtplib": "SMTP SMTP_SSL",
    "smtplib.SMTP": "ehlo login sendmail send_message starttls",
    "smtplib.SMTP_SSL": "ehlo login sendmail send_message",
    # brokers
    "celery.Celery": "send_task",
    "celery.Task": "apply apply_async delay",
    "dramatiq.Actor": "send send_with_options",
    "kafka.KafkaConsumer": "commit poll",
    "kafka.KafkaProducer": "flush send",
    "pika": "BlockingConnection",
    "pika.adapters.blocking_connection.BlockingChannel": "basic_get basic_publish queue_declare",
    "rq.Queue": "enqueue enqueue_at enqueue_call enqueue_in fetch_job",
}
"""Calls that keep their thread waiting, usually for a short time."""

LOCAL_TABLE = {
    "sqlite3": "connect",
    "sqlite3.Connection": "commit execute executemany executescript rollback",
    "sqlite3.Cursor": _CURSOR,
}
"""Calls that read and write a file of this machine, mostly within a millisecond."""

SLOW_COROUTINES_TABLE = {
    "aiohttp.ClientSession": _VERBS,
    "aiosmtplib": "send",
    "aiosmtplib.SMTP": "connect send_message sendmail",
    "anthropic.AsyncAnthropic.*": _MODEL,
    "fastapi_mail.FastMail": "send_message",
    "groq.AsyncGroq.*": _MODEL,
    "httpx.AsyncClient": f"{_VERBS} send stream",
    "mistralai.Mistral.*": _MODEL,
    "openai.AsyncAzureOpenAI.*": _MODEL,
    "openai.AsyncOpenAI.*": _MODEL,
}
"""Coroutines that wait for another service without blocking the thread."""

FINDS = Calls(
    {
        "pymongo.collection.Collection": "find",
        "pymongo.database.Database.*": "find",
        "pymongo.MongoClient.*": "find",
    }
)
"""Calls that make a cursor of MongoDB, which sends the query when it is read."""

SLOW = Calls(SLOW_TABLE)
BLOCKING = Calls(SLOW_TABLE, BLOCKING_TABLE, LOCAL_TABLE)
LOCAL = Calls(LOCAL_TABLE)
SLOW_COROUTINES = Calls(SLOW_COROUTINES_TABLE)
