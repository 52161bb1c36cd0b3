import { defaultTextMapGetter, ROOT_CONTEXT, SpanKind } from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { startApp } from "./loopback";

/**
 * An app that OpenTelemetry's SDK traces as it does out of the box: it continues a trace that is recorded, else begins its
 * own. A span's name is the path.
 */
export async function startTracedApp() {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const tracer = provider.getTracer("test");
  const propagator = new W3CTraceContextPropagator();
  const { port } = await startApp((request, response) => {
    const context = propagator.extract(ROOT_CONTEXT, request.headers, defaultTextMapGetter);
    const span = tracer.startSpan(request.url!, { kind: SpanKind.SERVER }, context);
    response.once("finish", () => span.end());
    response.end("hello");
  });
  return { port, exporter };
}
