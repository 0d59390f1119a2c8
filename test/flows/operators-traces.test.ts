import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { expect } from 'chai';
import { openWorld, type World } from '../support/world.ts';

describe('traces, where the host has set OpenTelemetry up', () => {
  const exporter = new InMemorySpanExporter();
  let world: World;
  before(async () => {
    // The server is there first: it asks for the provider at each use.
    world = await openWorld();
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
  });
  after(async () => {
    trace.disable();
    context.disable();
    await world.close();
  });

  const spansOf = (requestName: string): { request: ReadableSpan; below: ReadableSpan[] } => {
    const spans = exporter.getFinishedSpans();
    const request = spans.findLast(({ name }) => name === requestName);
    if (!request) throw new Error(`no span ${requestName}: ${spans.map(({ name }) => name).join(', ')}`);
    const { spanId } = request.spanContext();
    return { request, below: spans.filter((span) => span.parentSpanContext?.spanId === spanId) };
  };

  it('has a span for each request, with its route, status and correlation id, and the store’s below it', async () => {
    const phone = await world.signedIn();
    exporter.reset();
    const reply = await phone.refreshWith(phone.refreshToken);
    const { request, below } = spansOf('POST /token');
    expect(request.attributes).to.deep.equal({
      'http.request.method': 'POST',
      'http.route': '/token',
      'http.response.status_code': 200,
      'curfew.correlation_id': reply.headers.get('x-correlation-id'),
    });
    expect(below.map(({ name }) => name)).to.include.members(['store sessions.find', 'store commit']);
    expect(below.every(({ attributes }) => Object.keys(attributes).length === 0)).to.equal(true);
  });

  it('holds no credential and no id', async () => {
    const person = await world.person();
    exporter.reset();
    const phone = await world.signedIn('phone', { person });
    await phone.refresh();
    await world.introspect(phone.tokens.access_token);
    const told = JSON.stringify(
      exporter
        .getFinishedSpans()
        .map(({ name, attributes, events, status, links }) => ({ name, attributes, events, status, links })),
    );
    expect(exporter.getFinishedSpans().length).to.be.greaterThan(10);
    for (const secret of [phone.sid, person.sub, person.email, phone.refreshToken, phone.tokens.access_token]) {
      expect(told).not.to.include(secret);
    }
  });

  it('marks a request that failed, and does not believe a stranger’s traceparent', async () => {
    exporter.reset();
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await fetch(`${world.issuer}/health/live`, { headers: { traceparent } });
    const { request } = spansOf('GET /health/live');
    expect(request.parentSpanContext).to.equal(undefined);
    expect(request.spanContext().traceId).not.to.equal('0af7651916cd43dd8448eb211c80319c');
    world.server.drain();
    await fetch(`${world.issuer}/health/ready`);
    expect(spansOf('GET /health/ready').request.status.code).to.equal(SpanStatusCode.ERROR);
  });

  it('hangs below what the host’s own instrumentation has begun', async () => {
    exporter.reset();
    const outer = trace.getTracer('host').startSpan('host');
    await context.with(trace.setSpan(context.active(), outer), () => world.server.store.ping());
    outer.end();
    const [ping] = exporter.getFinishedSpans();
    expect(ping?.name).to.equal('store ping');
    expect(ping?.parentSpanContext?.spanId).to.equal(outer.spanContext().spanId);
  });
});
