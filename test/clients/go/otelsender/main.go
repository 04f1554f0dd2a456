// OpenTelemetry's SDK for Go, unmodified: the same spans once with each exporter.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
)

type facts map[string]any

type run struct {
	TraceID string  `json:"traceId"`
	Spans   []facts `json:"spans"`
}

var problems = []string{}

func main() {
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { problems = append(problems, err.Error()) }))
	var endpoints map[string]string
	check(json.Unmarshal([]byte(os.Args[1]), &endpoints))
	runs := map[string]run{}
	for protocol, url := range endpoints {
		runs[protocol] = send(exporter(protocol, url))
	}
	check(json.NewEncoder(os.Stdout).Encode(map[string]any{"runs": runs, "problems": problems}))
}

func exporter(protocol, url string) *otlptrace.Exporter {
	ctx := context.Background()
	if protocol == "grpc" {
		made, err := otlptracegrpc.New(ctx, otlptracegrpc.WithEndpointURL(url), otlptracegrpc.WithCompressor("gzip"))
		check(err)
		return made
	}
	made, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(url), otlptracehttp.WithCompression(otlptracehttp.GzipCompression))
	check(err)
	return made
}

func send(to sdktrace.SpanExporter) run {
	ctx := context.Background()
	kept := tracetest.NewInMemoryExporter()
	provider := sdktrace.NewTracerProvider(
		sdktrace.WithBatcher(to),
		sdktrace.WithSyncer(kept),
		sdktrace.WithResource(resource.NewSchemaless(attribute.String("service.name", "otel-go"))),
	)
	traceID := work(ctx, provider.Tracer("sender", trace.WithInstrumentationVersion("1.2.3")))
	sent := []facts{}
	for _, span := range kept.GetSpans() {
		sent = append(sent, factsOf(span))
	}
	check(provider.ForceFlush(ctx))
	check(provider.Shutdown(ctx))
	return run{traceID, sent}
}

func work(ctx context.Context, tracer trace.Tracer) string {
	cause := trace.NewSpanContext(trace.SpanContextConfig{
		TraceID:    trace.TraceID{0x77, 0x77, 0x77, 0x77, 0x77, 0x77, 0x77, 0x77, 0x77, 0x77, 0x77, 0x77, 0x77, 0x77, 0x77, 0x77},
		SpanID:     trace.SpanID{0x88, 0x88, 0x88, 0x88, 0x88, 0x88, 0x88, 0x88},
		TraceFlags: trace.FlagsSampled,
	})
	link := trace.Link{SpanContext: cause, Attributes: []attribute.KeyValue{attribute.String("link.reason", "retry")}}
	ctx, span := tracer.Start(ctx, "GET /cart", trace.WithSpanKind(trace.SpanKindServer), trace.WithLinks(link))
	defer span.End()
	span.SetAttributes(
		attribute.String("http.request.method", "GET"),
		attribute.String("url.scheme", "https"),
		attribute.String("server.address", "shop.test"),
		attribute.String("url.path", "/cart"),
		attribute.Int("http.response.status_code", 503),
		attribute.String("text", "Grüße, 世界 🎉"),
		attribute.Int64("large", 1<<53+1),
		attribute.Float64("ratio", 0.1),
		attribute.Bool("flag", true),
		attribute.StringSlice("list", []string{"a", "b"}),
		attribute.String("empty", ""),
	)
	span.AddEvent("priced", trace.WithAttributes(attribute.Int("price.cents", 1999)))
	span.SetStatus(codes.Error, "checkout failed")
	_, query := tracer.Start(ctx, "SELECT carts", trace.WithSpanKind(trace.SpanKindClient))
	query.SetAttributes(
		attribute.String("db.system.name", "postgresql"),
		attribute.String("db.namespace", "carts"),
		attribute.String("db.query.text", "SELECT 1"),
		attribute.String("server.address", "db.test"),
	)
	query.End()
	_, price := tracer.Start(ctx, "price")
	price.RecordError(errors.New("no stock"))
	price.SetStatus(codes.Error, "no stock")
	price.End()
	return span.SpanContext().TraceID().String()
}

func factsOf(span tracetest.SpanStub) facts {
	parent := ""
	if span.Parent.SpanID().IsValid() {
		parent = span.Parent.SpanID().String()
	}
	events := []facts{}
	for _, event := range span.Events {
		events = append(events, facts{"name": event.Name, "time": nanos(event.Time.UnixNano()), "attributes": plain(event.Attributes)})
	}
	links := []facts{}
	for _, link := range span.Links {
		links = append(links, facts{
			"traceId":    link.SpanContext.TraceID().String(),
			"spanId":     link.SpanContext.SpanID().String(),
			"attributes": plain(link.Attributes),
		})
	}
	return facts{
		"traceId":      span.SpanContext.TraceID().String(),
		"spanId":       span.SpanContext.SpanID().String(),
		"parentSpanId": parent,
		"name":         span.Name,
		"kind":         int(span.SpanKind),
		"start":        nanos(span.StartTime.UnixNano()),
		"end":          nanos(span.EndTime.UnixNano()),
		"attributes":   plain(span.Attributes),
		"events":       events,
		"links":        links,
		"status":       facts{"code": statusCode(span.Status.Code), "message": span.Status.Description},
		"scope":        facts{"name": span.InstrumentationScope.Name, "version": span.InstrumentationScope.Version},
		"resource":     plain(span.Resource.Attributes()),
	}
}

// The protocol counts Ok before Error, the API after it.
func statusCode(code codes.Code) int {
	switch code {
	case codes.Ok:
		return 1
	case codes.Error:
		return 2
	default:
		return 0
	}
}

// Whole numbers that JSON's readers would round become their digits.
func plain(attributes []attribute.KeyValue) facts {
	values := facts{}
	for _, each := range attributes {
		if number, isInt := each.Value.AsInterface().(int64); isInt && number > 1<<53-1 {
			values[string(each.Key)] = nanos(number)
		} else {
			values[string(each.Key)] = each.Value.AsInterface()
		}
	}
	return values
}

func nanos(number int64) string { return strconv.FormatInt(number, 10) }

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
