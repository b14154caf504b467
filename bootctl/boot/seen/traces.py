"""One trace of a boot, sent by OTLP over HTTP at its end, and handed on to the server.

OpenTelemetry is imported then, in a thread that is waited for only so long: no collector holds up a server.
"""

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING

from bootctl import __version__
from bootctl.boot.seen import otel_variables
from bootctl.boot.seen.boot import Boot
from bootctl.boot.seen.spans import Spans
from bootctl.output import log
from bootctl.output.redact import redactor

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Span as Started
    from opentelemetry.trace import Tracer

_MOST_SECONDS = 1.5
"""Together with the imports."""
_EXPORT_SECONDS = 1.0
_CONTEXT = ("TRACEPARENT", "TRACESTATE")


class Traces:
    """What is known of the boot until it ends."""

    def __init__(self, environ: Mapping[str, str], command: str) -> None:
        self._environ = environ
        self._command = command
        self._why_not = ""
        self._trace_id, self._sampled = "", 0
        self.boot, self.spans = Boot(self._send), Spans()
        self.handed_on: dict[str, str] = {}
        """Variables for the server, by which its spans belong to this trace."""
        self._said = ""

    def stage(self, name: str) -> None:
        """See ``bootctl.output.observers.Observer``."""
        self.boot.stage(name)
        self.spans.stage(name)

    def event(self, name: str, message: str, fields: Mapping[str, object]) -> None:
        """See ``bootctl.output.observers.Observer``."""
        self._said = message
        self.spans.event(name, message, fields)
        self.boot.event(name, message, fields)

    def _send(self, code: int) -> None:
        """Send it, and wait for that no longer than is said above."""
        if self.spans.unended:  # it is sent already, or was being sent when a signal came
            return
        self.spans.end()
        self._why_not = f"it was not sent within {_MOST_SECONDS:g} s"
        thread = threading.Thread(target=self._try, args=(code,), name="bootctl-trace", daemon=True)
        with log.libraries_muted():
            thread.start()
            thread.join(_MOST_SECONDS)
        if self._why_not:
            log.event("trace.unsent", f"no trace of this boot: {self._why_not}", level="WARNING")
        elif self._sampled:
            message = f"a trace of this boot was sent: {self._sampled} spans"
            log.event("trace.sent", message, trace_id=self._trace_id, spans=self._sampled)

    def _try(self, code: int) -> None:
        protocol = otel_variables.other_protocol(self._environ)
        if protocol:
            self._why_not = f"bootctl speaks OTLP over HTTP, and {protocol} is asked for"
            return
        try:
            self._why_not = self._exported(code)
        except ImportError:
            self._why_not = "OpenTelemetry is not installed, which the extra otel has"
        except (
            Exception
        ) as error:  # whatever is wrong with the variables, or raised by what they name
            self._why_not = f"it cannot be sent: {type(error).__name__}"

    def _exported(self, code: int) -> str:
        """Send the spans; return why the collector has not taken them, empty where it has."""
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import SpanExportResult
        from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

        made = InMemorySpanExporter()
        self._make(self._provider(made), code)
        spans = made.get_finished_spans()
        self._sampled = len(spans)
        if not spans:
            return ""
        exporter = OTLPSpanExporter(timeout=_EXPORT_SECONDS)
        result = exporter.export(spans)
        exporter.shutdown()  # type: ignore[no-untyped-call]
        return "" if result is SpanExportResult.SUCCESS else "the collector has not taken it"

    def _provider(self, made: "SpanExporter") -> "TracerProvider":
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import SimpleSpanProcessor

        attributes = self._environ.get("OTEL_RESOURCE_ATTRIBUTES", "")
        is_named = self._environ.get("OTEL_SERVICE_NAME") or "service.name=" in attributes
        resource = Resource.create({} if is_named else {"service.name": "bootctl"})
        provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(made))
        return provider

    def _make(self, provider: "TracerProvider", code: int) -> None:
        """Make every span with the SDK, within what the environment says this boot is a part of."""
        from opentelemetry.trace import set_span_in_context
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        known = {name.lower(): self._environ.get(name, "") for name in _CONTEXT}
        propagator = TraceContextTextMapPropagator()
        parent = propagator.extract({name: value for name, value in known.items() if value})
        root = self._started(provider.get_tracer("bootctl", __version__), parent, code)
        carrier: dict[str, str] = {}
        propagator.inject(carrier, set_span_in_context(root))
        self.handed_on = {name.upper(): value for name, value in carrier.items()}
        self._trace_id = format(root.get_span_context().trace_id, "032x")

    def _started(self, tracer: "Tracer", parent: "Context", code: int) -> "Started":
        """Start and end every span; return the first."""
        from opentelemetry.trace import StatusCode, set_span_in_context

        started: dict[int, Started] = {}
        for span in self.spans.found:
            within = set_span_in_context(started[id(span.parent)]) if span.parent else parent
            name = span.name if span.parent else f"bootctl {self._command}"
            one = tracer.start_span(name, within, attributes=span.attributes, start_time=span.begun)
            started[id(span)] = one
            if code and span in self.spans.unended:
                one.set_status(StatusCode.ERROR, redactor.text(self._said))
        root = started[id(self.spans.found[0])]
        root.set_attributes(self._about(code))
        for span in self.spans.found:
            started[id(span)].end(span.ended)
        return root

    def _about(self, code: int) -> dict[str, str | int]:
        return {
            "bootctl.backend": self.boot.backend,
            "bootctl.verification": self.boot.verification,
            "bootctl.exit_code": code,
            "bootctl.migrations_applied": self.boot.applied,
            "bootctl.drift_items": self.boot.drift,
            "bootctl.wait_attempts": sum(self.boot.attempts.values()),
        }
