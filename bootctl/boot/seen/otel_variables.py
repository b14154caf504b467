"""Whether the environment asks for traces, found out without anything of OpenTelemetry's.

https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
"""

from collections.abc import Mapping

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")


def ask_for_traces(environ: Mapping[str, str]) -> bool:
    """Return whether a trace is to be sent by OTLP."""
    if environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return False
    exporters = environ.get("OTEL_TRACES_EXPORTER", "").strip().lower()
    if not exporters:
        return any(environ.get(name) for name in _ENDPOINTS)
    return "otlp" in (name.strip() for name in exporters.split(","))


def other_protocol(environ: Mapping[str, str]) -> str:
    """Return the protocol that is asked for where it is none of HTTP; else nothing."""
    named = next((environ[name] for name in _PROTOCOLS if environ.get(name)), "http/protobuf")
    return "" if named.strip().lower().startswith("http/") else named
