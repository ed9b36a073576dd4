# One image for every service: the command says which one runs.
#   docker build -t portolan .
#   docker run -p 127.0.0.1:8000:8000 -e PORTOLAN_LOCAL_ISSUER_BEYOND_LOOPBACK=true -v portolan:/data portolan
#                                                       everything in one process, for this machine alone
#   docker run … portolan python -m services.finance    one service (see docker-compose.yml)
# It listens on all addresses, as a container must, and so refuses to start with the local issuer unless that is meant:
# where others reach it, name the organisation's issuer in PORTOLAN_ISSUERS and set PORTOLAN_LOCAL_ISSUER=false.

FROM python:3.11-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app
RUN python -m venv .venv
COPY requirements.lock ./
RUN .venv/bin/python -m pip install --require-hashes -r requirements.lock
COPY . .
RUN .venv/bin/python -m pip install --no-deps --no-build-isolation -e . \
 && .venv/bin/python -m services.reporting.web.bundle \
 && .venv/bin/python -m services.texts compile \
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
