# One image for every service: the command says which one runs.
#   docker build -t portolan .
#   docker run -p 8000:8000 -v portolan:/data portolan                 everything in one process
#   docker run … portolan python -m services.finance                   one service (see docker-compose.yml)

FROM python:3.11-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app
RUN python -m venv .venv
COPY requirements.lock ./
RUN .venv/bin/python -m pip install --require-hashes -r requirements.lock
COPY . .
RUN .venv/bin/python -m pip install --no-deps --no-build-isolation -e . \
 && .venv/bin/python -m services.reporting.web.bundle \
 && .venv/bin/python -m compileall -q shared services

FROM python:3.11-slim-bookworm
RUN useradd --uid 10001 --no-create-home portolan && install -d -o portolan /data
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PORTOLAN_DATA=/data \
    PORTOLAN_HOST=0.0.0.0 \
    PORTOLAN_PORT=8000
USER 10001
VOLUME /data
EXPOSE 8000
CMD ["portolan", "up"]
