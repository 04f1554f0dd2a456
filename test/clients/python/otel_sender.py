"""OpenTelemetry's SDK for Python, unmodified: the same spans once with each exporter."""
import json
import logging
import sys

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcExporter
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags

problems = []


class Collect(logging.Handler):
    def emit(self, record):
        problems.append(f"{record.levelname} {record.getMessage()}")


logging.getLogger("opentelemetry").addHandler(Collect(level=logging.WARNING))

EXPORTERS = {
    "http/protobuf": lambda url: HttpExporter(endpoint=url, compression=Compression.Gzip),
    "grpc": lambda url: GrpcExporter(endpoint=url, insecure=True),
}
# In the protocol's numbers.
KINDS = {
    SpanKind.INTERNAL: 1,
    SpanKind.SERVER: 2,
    SpanKind.CLIENT: 3,
    SpanKind.PRODUCER: 4,
    SpanKind.CONSUMER: 5,
}


def plain(attributes):
    """Whole numbers that JSON's readers would round become their digits."""
    return {
        key: str(value) if type(value) is int and abs(value) > 2**53 - 1 else value
        for key, value in attributes.items()
    }


def facts(span):
    return {
        "traceId": f"{span.context.trace_id:032x}",
        "spanId": f"{span.context.span_id:016x}",
        "parentSpanId": f"{span.parent.span_id:016x}" if span.parent else "",
        "name": span.name,
        "kind": KINDS[span.kind],
        "start": str(span.start_time),
        "end": str(span.end_time),
        "attributes": plain(span.attributes),
        "events": [
            {"name": event.name, "time": str(event.timestamp), "attributes": plain(event.attributes)}
            for event in span.events
        ],
        "links": [
            {
                "traceId": f"{link.context.trace_id:032x}",
                "spanId": f"{link.context.span_id:016x}",
                "attributes": plain(link.attributes),
            }
            for link in span.links
        ],
        "status": {"code": span.status.status_code.value, "message": span.status.description or ""},
        "scope": {
            "name": span.instrumentation_scope.name,
            "version": span.instrumentation_scope.version or "",
        },
        "resource": dict(span.resource.attributes),
    }


def work(tracer):
    cause = SpanContext(int("7" * 32, 16), int("8" * 16, 16), True, TraceFlags(TraceFlags.SAMPLED))
    links = [Link(cause, {"link.reason": "retry"})]
    with tracer.start_as_current_span("GET /cart", kind=SpanKind.SERVER, links=links) as span:
        span.set_attributes(
            {
                "http.request.method": "GET",
                "url.scheme": "https",
                "server.address": "shop.test",
                "url.path": "/cart",
                "http.response.status_code": 503,
                "text": "Grüße, 世界 🎉",
                "large": 2**53 + 1,
                "ratio": 0.1,
                "flag": True,
                "list": ["a", "b"],
                "empty": "",
            }
        )
        span.add_event("priced", {"price.cents": 1999})
        span.set_status(Status(StatusCode.ERROR, "checkout failed"))
        with tracer.start_as_current_span("SELECT carts", kind=SpanKind.CLIENT) as query:
            query.set_attributes(
                {
                    "db.system.name": "postgresql",
                    "db.namespace": "carts",
                    "db.query.text": "SELECT 1",
                    "server.address": "db.test",
                }
            )
        try:
            with tracer.start_as_current_span("price"):
                raise ValueError("no stock")
        except ValueError:
            pass
        return span.get_span_context().trace_id


runs = {}
for protocol, url in json.loads(sys.argv[1]).items():
    provider = TracerProvider(resource=Resource.create({"service.name": "otel-python"}))
    kept = InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    provider.add_span_processor(BatchSpanProcessor(EXPORTERS[protocol](url)))
    trace_id = work(provider.get_tracer("sender", "1.2.3"))
    provider.force_flush()
    provider.shutdown()
    runs[protocol] = {
        "traceId": f"{trace_id:032x}",
        "spans": [facts(span) for span in kept.get_finished_spans()],
    }
json.dump({"runs": runs, "problems": problems}, sys.stdout)
