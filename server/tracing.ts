/**
 * Owns spans, where a host application has set OpenTelemetry up: without it each is a call that does nothing. No
 * attribute is a credential, an id or anything that a client chose, but for the correlation id. The only file that knows
 * @opentelemetry/api.
 */
import { context, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { correlationId } from './correlation.ts';

/** Asks the registered provider anew at each use: a host may register its own after it has made the server. */
const tracer = trace.getTracer('curfew');

export interface RequestSpan {
  /** What the request does further in hangs below this span. */
  run<T>(work: () => T): T;
  end(facts: { readonly route: string; readonly status: number }): void;
}

/**
 * Whatever the host's own instrumentation has begun is the parent; a client's `traceparent` is not believed here. Nothing
 * where nobody records it.
 */
export const requestSpan = (method: string): RequestSpan | undefined => {
  const span = tracer.startSpan(method, { kind: SpanKind.SERVER, attributes: { 'http.request.method': method } });
  if (!span.isRecording()) return undefined;
  const id = correlationId();
  if (id) span.setAttribute('curfew.correlation_id', id);
  return {
    run: (work) => context.with(trace.setSpan(context.active(), span), work),
    end({ route, status }) {
      span.updateName(`${method} ${route}`);
      span.setAttributes({ 'http.route': route, 'http.response.status_code': status });
      finish(span, status >= 500);
    },
  };
};

/** Ended by the returned function; nothing where the request's own is not recorded. */
export const storeSpan = (operation: string): ((failed: boolean) => void) | undefined => {
  if (!trace.getActiveSpan()?.isRecording()) return undefined;
  const span = tracer.startSpan(`store ${operation}`, { kind: SpanKind.CLIENT });
  return (failed) => finish(span, failed);
};

/** What an error says may hold what a client sent: the log has it, redacted. */
const finish = (span: Span, failed: boolean): void => {
  if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
};
