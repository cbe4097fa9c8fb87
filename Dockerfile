# Two stages: libraries are built in the first, the second holds only what runs. No root, no compiler, no secrets.
FROM python:3.12-slim AS libraries
COPY requirements/run.txt /tmp/run.txt
RUN python -m venv /venv
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /tmp/run.txt

FROM python:3.12-slim
ENV PATH="/venv/bin:$PATH" PYTHONUNBUFFERED=1
ENV RADRUM_HOST=0.0.0.0 RADRUM_PORT=8080 RADRUM_DATA_DIR=/data RADRUM_KEY_FILE=/key/radrum.key
RUN useradd --uid 10001 --create-home radrum && mkdir /data /key && chown radrum /data /key && chmod 700 /data /key
COPY --from=libraries /venv /venv
WORKDIR /app
COPY bot bot
COPY handlers handlers
COPY locales locales
COPY models models
RUN python -m compileall -q bot handlers models
USER radrum
VOLUME ["/data", "/key"]
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["python", "-c", "import os,urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['RADRUM_PORT'] + '/healthz', timeout=4)"]
CMD ["python", "-m", "bot", "run"]
