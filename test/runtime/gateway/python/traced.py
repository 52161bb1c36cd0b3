"""A FastAPI app that says what OpenTelemetry's propagator reads of a request's trace."""

from fastapi import FastAPI, Request
from opentelemetry.trace import get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

app = FastAPI()
propagator = TraceContextTextMapPropagator()


@app.get("/")
def trace(request: Request):
    parent = get_current_span(propagator.extract(dict(request.headers))).get_span_context()
    return {
        "isValid": parent.is_valid,
        "isSampled": parent.trace_flags.sampled,
        "traceId": f"{parent.trace_id:032x}",
        "spanId": f"{parent.span_id:016x}",
        "state": dict(parent.trace_state),
    }
