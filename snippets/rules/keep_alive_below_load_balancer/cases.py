"""Servers of Kubernetes, and the load balancers of their Ingress."""

BAD = ['command: ["uvicorn", "app.main:app", "--host=0.0.0.0"]']

_APP = """
#= app/main.py
from fastapi import FastAPI
app = FastAPI()
"""

_INGRESS = """
#= k8s/ingress.yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
spec:
  ingressClassName: alb
  rules:
    - host: shop.example.com
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: shop
                port: {number: 80}
---
apiVersion: v1
kind: Service
metadata: {name: shop}
spec:
  selector: {app: shop}
  ports: [{port: 80}]
"""

_POD = """
#= k8s/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  template:
    metadata:
      labels: {app: shop, tier: web}
    spec:
      containers:
        - name: web
          image: shop:1
"""

_SHOP = _APP + _INGRESS + _POD

FOUND = {
    "a command of a manifest of its own": _SHOP
    + """          command: ["uvicorn", "app.main:app"]  # !
""",
    "arguments, in lines": _SHOP
    + """          args:
            - uvicorn  # !
            - app.main:app
            - --timeout-keep-alive=30
""",
    "an image, whose container is given no command": _SHOP
    + """
#= Dockerfile
FROM python:3.13-slim
CMD ["uvicorn", "app.main:app", "--host", "0.0.0.0"]
# !
""",
    "gunicorn with uvicorn's workers": _SHOP
    + """          command: ["gunicorn", "-k", "uvicorn_worker.UvicornWorker", "app.main:app"]  # !
""",
    "fastapi run, which has no option": _SHOP
    + """          command: ["fastapi", "run", "app/main.py"]  # !
""",
    "a longer time of the load balancer, an annotation for its class": _APP
    + _INGRESS.replace(
        "  name: shop\nspec:\n  ingressClassName: alb",
        """  name: shop
  annotations:
    kubernetes.io/ingress.class: alb
    alb.ingress.kubernetes.io/load-balancer-attributes: idle_timeout.timeout_seconds=120
spec:""",
    )
    + _POD
    + """          command: ["uvicorn", "app.main:app", "--timeout-keep-alive", "75"]  # !
""",
    "Google's, the time in a variable": _APP
    + _INGRESS.replace("ingressClassName: alb", "ingressClassName: gce")
    + _POD
    + """          command: ["uvicorn", "app.main:app"]  # !
          env:
            - name: UVICORN_TIMEOUT_KEEP_ALIVE
              value: "75"
""",
    "started in Python": _SHOP.replace(
        "app = FastAPI()\n",
        'app = FastAPI()\nimport uvicorn\nuvicorn.run("app.main:app", host="0.0.0.0")  # !\n',
    )
    + """          command: ["python", "-m", "app.main"]
""",
}

LOOK_ALIKES = {
    "longer than the load balancer's": _SHOP
    + """          command: ["uvicorn", "app.main:app", "--timeout-keep-alive", "75"]
""",
    "gunicorn, by its short way of saying it": _SHOP
    + """          command: ["gunicorn", "-k", "asgi", "app.main:app", "--keep-alive=65"]
""",
    "a load balancer that gives up earlier": _APP
    + _INGRESS.replace(
        "  name: shop\nspec:",
        """  name: shop
  annotations:
    alb.ingress.kubernetes.io/load-balancer-attributes: idle_timeout.timeout_seconds=4
spec:""",
    )
    + _POD
    + """          command: ["uvicorn", "app.main:app"]
""",
    "another class, whose times nobody sees": _APP
    + _INGRESS.replace("ingressClassName: alb", "ingressClassName: nginx")
    + _POD
    + """          command: ["uvicorn", "app.main:app"]
""",
    "an Ingress to something else": _APP
    + _INGRESS.replace("name: shop\n                port", "name: site\n                port")
    + _POD
    + """          command: ["uvicorn", "app.main:app"]
""",
    "a service of other pods": _APP
    + _INGRESS.replace("{app: shop}", "{app: shop, tier: proxy}")
    + _POD
    + """          command: ["uvicorn", "app.main:app"]
""",
    "a time that a variable gives": _SHOP
    + """          command: ["uvicorn", "app.main:app", "--timeout-keep-alive", "$(KEEP_ALIVE)"]
""",
    "gunicorn, with a file of settings": _SHOP
    + """          command: ["gunicorn", "-c", "gunicorn.conf.py", "-k", "asgi", "app.main:app"]
#= gunicorn.conf.py
keepalive = 75
""",
    "an image that does not run there": _SHOP
    + """          command: ["nginx"]
#= Dockerfile
FROM python:3.13-slim
CMD ["uvicorn", "app.main:app"]
""",
}
