# A service whose first process is bootctl. Its image has no shell and no package manager; it runs
# without root, without capabilities and on a read-only root file system.

# A Debian with a Python and a shell, to build on.
ARG BUILD=python:3.13.9-slim-trixie
# A distroless image to run on, whose Python is of the same version; or else what is needed of BUILD.
ARG RUNTIME


FROM ${BUILD} AS build
RUN python3 -m venv /opt/pip && python3 -m venv --without-pip /opt/venv

# The service's directory; the extras of bootctl, which are the database's driver.
ARG SERVICE=examples/minimal/alembic
ARG EXTRAS=postgresql

# bootctl is this checkout.
ARG BOOTCTL=/bootctl
COPY pyproject.toml README.md LICENSE constraints.txt /bootctl/
COPY bootctl /bootctl/bootctl
COPY entrypoints /bootctl/entrypoints
ENV PIP_CONSTRAINT=/bootctl/constraints.txt

WORKDIR /requirements
COPY ${SERVICE}/pyproject*.toml ${SERVICE}/requirements*.txt ./
RUN --mount=type=secret,id=pip,target=/etc/pip.conf --mount=type=cache,target=/root/.cache/pip \
    [ -f requirements.txt ] || python3 -c 'import tomllib; \
        project = tomllib.load(open("pyproject.toml", "rb")).get("project", {}); \
        print(*project.get("dependencies", []), sep="\n")' > requirements.txt \
    && /opt/pip/bin/pip --python /opt/venv install -r requirements.txt "${BOOTCTL}[${EXTRAS}]"

# The Python of RUNTIME, where it is not where BUILD has its own.
ARG PYTHON
RUN [ -z "${PYTHON}" ] || { ln -sf "${PYTHON}" /opt/venv/bin/python3 \
    && sed -i "s|^home = .*|home = ${PYTHON%/*}|" /opt/venv/pyvenv.cfg; }

WORKDIR /app
COPY ${SERVICE} .
RUN rm -f vendor/robyn_bootctl-*.whl && chmod -R a+rX . && { python3 -m compileall -qq . || true; }


# The interpreter and its library, compiled, since nothing can be when the service runs.
FROM ${BUILD} AS python
RUN mkdir -p /collected/etc && cd /collected \
    && mkdir -m 1777 tmp && install -d -o 65532 -g 65532 home/nonroot \
    && echo 'nonroot:x:65532:65532::/home/nonroot:/sbin/nologin' > etc/passwd \
    && echo 'nonroot:x:65532:' > etc/group \
    && program=$(command -v python3) \
    && library=$(python3 -c 'import sysconfig; print(sysconfig.get_path("stdlib"))') \
    && ls -d "$program" "$(readlink -f "$program")" "$library" /etc/ld.so.cache /etc/nsswitch.conf \
        /etc/protocols /etc/services /etc/ssl /usr/lib/ssl /usr/share/ca-certificates \
        /usr/share/zoneinfo 2>/dev/null | tar -cP -T - | tar -x \
    && cd ".$library" \
    && rm -rf config-* dist-packages ensurepip idlelib lib2to3 site-packages test tkinter turtledemo \
    && python3 -m compileall -qq -s /collected -j 0 "$PWD"

# The shared libraries that the interpreter and the packages are linked with.
COPY --from=build /opt/venv /opt/venv
RUN find /collected/usr /opt/venv -type f -name 'python3*' -o -name '*.so*' \
    | xargs ldd 2>/dev/null | grep -o '/[^ ]* (0x' | cut -d ' ' -f 1 | grep -v ^/opt/venv | sort -u \
    | tar -chP -T - | tar -x -C /collected


FROM scratch AS collected
COPY --from=python /collected /


FROM ${RUNTIME:-collected}
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app

ENV PATH=/opt/venv/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    ROBYN_HOST=0.0.0.0 \
    ROBYN_PORT=8000 \
    BOOTCTL__SERVER__MODE=drain
WORKDIR /app
# The hashes of the files: a boot then need not read them all. No later instruction may change one.
RUN ["bootctl", "receipt", "--sealed"]
USER 65532:65532
EXPOSE 8000
# Python and Robyn want a writable directory, whatever the root file system is.
VOLUME /tmp
STOPSIGNAL SIGTERM
# Python alone, not `bootctl wait`: what runs every ten seconds should cost little.
HEALTHCHECK --interval=10s --timeout=3s --start-period=1m CMD ["python", "-ISc", "import http.client, os, sys; c = http.client.HTTPConnection('127.0.0.1', int(os.environ['ROBYN_PORT'])); c.request('GET', '/health'); sys.exit(c.getresponse().status != 200)"]
ENTRYPOINT ["bootctl", "run", "--"]
