// What an SDK of OpenTelemetry sends of a span, in the words that the test compares by.
const nanos = ([seconds, rest]) => String(BigInt(seconds) * 1_000_000_000n + BigInt(rest))

export function spanFacts(span) {
  return {
    traceId: span.spanContext().traceId,
    spanId: span.spanContext().spanId,
    parentSpanId: span.parentSpanContext?.spanId ?? '',
    name: span.name,
    // The API counts from 0, the protocol from 1: 0 is unspecified there.
    kind: span.kind + 1,
    start: nanos(span.startTime),
    end: nanos(span.endTime),
    attributes: span.attributes,
    events: span.events.map(({ name, time, attributes = {} }) => ({
      name,
      time: nanos(time),
      attributes,
    })),
    links: span.links.map(({ context, attributes = {} }) => ({
      traceId: context.traceId,
      spanId: context.spanId,
      attributes,
    })),
    status: { code: span.status.code, message: span.status.message ?? '' },
    scope: {
      name: span.instrumentationScope.name,
      version: span.instrumentationScope.version ?? '',
    },
    resource: span.resource.attributes,
  }
}
