"""Shells above servers."""

BAD = ["CMD uvicorn app.main:app --host 0.0.0.0 --port 8000"]

_APP = """
#= app/main.py
from fastapi import FastAPI
app = FastAPI()
"""

FOUND = {
    "migrations before it, over two lines": _APP
    + """
#= Dockerfile
FROM python:3.13
CMD alembic upgrade head && \\
    gunicorn -k asgi app.main:app --bind 0.0.0.0:$PORT
# !
""",
    "an entry point in shell form": _APP
    + """
#= Dockerfile
FROM tiangolo/uvicorn-gunicorn:python3.11
ENTRYPOINT poetry run fastapi run app/main.py
# !
""",
    "sh -c in a list": _APP
    + """
#= Dockerfile
FROM python:3.13-slim
CMD ["sh", "-c", "uvicorn app.main:app --port ${PORT:-80}"]
# !
""",
    "a script that the image runs": _APP
    + """
#= Dockerfile
FROM alpine:3.20
COPY scripts/start.sh /start.sh
CMD ["/start.sh"]
#= scripts/start.sh
#!/bin/bash
set -euo pipefail
alembic upgrade head
uvicorn app.main:app --host 0.0.0.0  # !
""",
    "an entry script that passes the command on": _APP
    + """
#= Dockerfile
FROM python:3.13
ENTRYPOINT ["/entrypoint.sh"]
CMD ["uvicorn", "app.main:app"]
#= entrypoint.sh
#!/bin/sh
alembic upgrade head
"$@"
# !
""",
    "a compose file and a manifest": _APP
    + """
#= Dockerfile
FROM python:3.13-slim
#= compose.yaml
services:
  api:
    build: .
    command: sh -c "alembic upgrade head && uvicorn app.main:app"  # !
#= k8s/api.yaml
apiVersion: apps/v1
kind: Deployment
spec:
  template:
    spec:
      containers:
        - name: api
          command: [/bin/bash, -c]
          args:
            - |
              cd /srv
              uvicorn app.main:app 2>&1 | tee /var/log/api.log  # !
""",
    "a module that starts the server": """
#= serve.py
import uvicorn
from fastapi import FastAPI
app = FastAPI()
uvicorn.run(app)
#= Dockerfile
FROM python:3.13
CMD python serve.py
# !
""",
    "an image and a Procfile run the same script": _APP
    + """
#= Procfile
web: ./start.sh
#= Dockerfile
FROM python:3.13
CMD ["./start.sh"]
#= start.sh
#!/bin/sh
alembic upgrade head
uvicorn app.main:app
# !
""",
    "of scripts with one name, that of the image": _APP
    + """
#= one/Dockerfile
FROM python:3.13
CMD ["/bin/bash", "start.sh"]
#= one/scripts/start.sh
#!/bin/bash
uvicorn app.main:app
# !
#= two/Procfile
web: bash start.sh
#= two/scripts/start.sh
#!/bin/bash
uvicorn app.main:app
""",
}

LOOK_ALIKES = {
    "an image for developers of what AWS Lambda runs": """
#= app/main.py
from fastapi import FastAPI
from mangum import Mangum
app = FastAPI()
handler = Mangum(app)
#= Dockerfile
FROM python:3.13
CMD uvicorn app.main:app --reload
""",
    "a list": _APP
    + """
#= Dockerfile
FROM python:3.13
CMD ["uvicorn", "app.main:app"]
""",
    "exec": _APP
    + """
#= Dockerfile
FROM python:3.13
CMD alembic upgrade head && exec uvicorn app.main:app --port $PORT
#= start.sh
exec uvicorn app.main:app
""",
    "bash, and busybox's sh": _APP
    + """
#= Dockerfile
FROM python:3.13
SHELL ["/bin/bash", "-c"]
CMD uvicorn app.main:app
#= two/Dockerfile
FROM python:3.13-alpine
CMD uvicorn app.main:app
#= three/Dockerfile
FROM python:3.13
CMD ["bash", "-c", "alembic upgrade head && uvicorn app.main:app"]
""",
    "an image whose sh nobody knows": _APP
    + """
#= Dockerfile
FROM registry.example/base
CMD uvicorn app.main:app
""",
    "dumb-init": _APP
    + """
#= Dockerfile
FROM python:3.13
ENTRYPOINT ["dumb-init", "--"]
CMD ["./start.sh"]
#= start.sh
#!/bin/sh
uvicorn app.main:app
""",
    "a script that no container runs": _APP
    + """
#= start.sh
#!/bin/sh
uvicorn app.main:app
#= Procfile
web: uvicorn app.main:app
""",
    "a script that passes signals on": _APP
    + """
#= Dockerfile
FROM python:3.13
CMD ["/start.sh"]
#= start.sh
#!/bin/sh
trap 'kill $PID' TERM
uvicorn app.main:app &
PID=$!
wait $PID
""",
    "an entry script with exec": _APP
    + """
#= Dockerfile
FROM python:3.13
ENTRYPOINT ["/entrypoint.sh"]
CMD ["uvicorn", "app.main:app"]
#= entrypoint.sh
#!/bin/sh
alembic upgrade head
exec "$@"
""",
    "compose with the source mounted": _APP
    + """
#= Dockerfile
FROM python:3.13
#= compose.yaml
services:
  api:
    build: .
    volumes: [".:/srv"]
    command: sh -c "uvicorn app.main:app --reload"
""",
    "a script that another supervisor runs": _APP
    + """
#= one/Dockerfile
FROM python:3.13
CMD ["/start.sh"]
#= one/start.sh
#!/bin/sh
exec uvicorn app.main:app
#= two/Dockerfile
FROM python:3.13
CMD ["honcho", "start"]
#= two/Procfile
web: sleep 5; sh start.sh
#= two/start.sh
#!/bin/sh
uvicorn app.main:app
#= three/supervisord.conf
[program:api]
command=/bin/bash /srv/start.sh
#= three/scripts/start.sh
#!/bin/sh
uvicorn app.main:app
""",
    "a supervisor is given the script": _APP
    + """
#= one/Dockerfile
FROM python:3.13
CMD ["honcho", "run", "./start.sh"]
#= two/Dockerfile
FROM python:3.13
CMD ["foreman", "run", "./start.sh"]
#= three/Dockerfile
FROM python:3.13
ENTRYPOINT ["circusd"]
CMD ["start.sh"]
#= start.sh
#!/bin/sh
uvicorn app.main:app
""",
    "scripts of one name, and the image has that beside it": _APP
    + """
#= api/Dockerfile
FROM python:3.13
COPY scripts/run.sh /
CMD ["bash", "/run.sh"]
#= api/scripts/run.sh
#!/bin/bash
exec uvicorn app.main:app
#= tools/run.sh
#!/bin/bash
uvicorn app.main:app
""",
}
