FROM python:3.13-slim
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY app app
USER 1000
CMD ["uvicorn", "app.main:app", "--host", "0.0.0.0"]
