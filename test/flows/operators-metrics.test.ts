import { expect } from 'chai';
import type { Store } from '../../server/store.ts';
import { freePort } from '../support/main-process.ts';
import { raw } from '../support/raw-http.ts';
import { openWorld, type World, type WorldOptions } from '../support/world.ts';

/** Its samples by name and labels, as Prometheus reads them. */
const samplesOf = (text: string): Map<string, number> =>
  new Map(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => {
        const at = line.lastIndexOf(' ');
        return [line.slice(0, at), Number(line.slice(at + 1))];
      }),
  );

describe('what operators measure', () => {
  let world: World;
  let port: number;
  const open = async (options: WorldOptions = {}) => {
    port = await freePort();
    world = await openWorld({ ...options, config: { metricsPort: port, ...options.config } });
  };
  afterEach(async () => {
    await world.close();
    world.clock.reset();
  });

  const read = () => raw(`http://127.0.0.1:${port}/metrics`);
  const samples = async () => samplesOf((await read()).text);
  const verdicts = async (verdict: string) =>
    (await samples()).get(`curfew_refresh_verdicts_total{verdict="${verdict}"}`) ?? 0;

  it('is text for Prometheus, at a place of its own and nowhere else', async () => {
    await open();
    const { status, headers } = await read();
    expect(status).to.equal(200);
    expect(headers['content-type']).to.equal('text/plain; version=0.0.4; charset=utf-8');
    expect(headers['cache-control']).to.equal('no-store');
    expect((await raw(`http://127.0.0.1:${port}/token`)).status).to.equal(404);
    expect((await raw(`http://127.0.0.1:${port}/metrics`, { method: 'POST' })).status).to.equal(405);
    expect((await raw(`${world.issuer}/metrics`)).status).to.equal(404);
  });

  it('counts every verdict on a refresh once', async () => {
    await open();
    const phone = await world.signedIn();
    const first = phone.refreshToken;
    await phone.refresh();
    expect(await verdicts('rotated')).to.equal(1);
    await phone.refreshWith(first);
    expect([await verdicts('rotated'), await verdicts('retried')]).to.deep.equal([1, 1]);
    await phone.refreshWith(`${phone.refreshToken.slice(0, -4)}AAAA`);
    expect(await verdicts('forged')).to.equal(1);
    await phone.refresh();
    await phone.refreshWith(first);
    expect([await verdicts('rotated'), await verdicts('reuse')]).to.deep.equal([2, 1]);
    await phone.refreshWith(phone.refreshToken);
    expect(await verdicts('refused')).to.equal(1);
  });

  it('counts one winner of a race, and retries for the rest', async () => {
    await open();
    const phone = await world.signedIn();
    const token = phone.refreshToken;
    await Promise.all(Array.from({ length: 20 }, () => phone.refreshWith(token)));
    expect([await verdicts('rotated'), await verdicts('retried')]).to.deep.equal([1, 19]);
  });

  it('counts endings by reason, and tells devices from browsers', async () => {
    await open();
    const person = await world.person();
    await world.signedIn('phone', { person });
    await world.server.sessions.endAll(person.sub, 'admin');
    const found = await samples();
    expect(found.get('curfew_sessions_ended_total{reason="admin",kind="device"}')).to.equal(1);
    expect(found.get('curfew_sessions_ended_total{reason="admin",kind="browser"}')).to.equal(1);
  });

  it('times requests by route and status, and operations of the store, and has no id in any label', async () => {
    await open();
    const person = await world.person();
    const phone = await world.signedIn('phone', { person });
    await phone.refresh();
    await world.introspect(phone.tokens.access_token);
    await raw(`${world.issuer}/account/sessions/${phone.sid}`, { method: 'DELETE' });
    await raw(`${world.issuer}/nowhere/${phone.sid}`, { method: 'BREW' }).catch(() => undefined);
    await raw(`${world.issuer}/nowhere/${phone.sid}`, { method: 'PROPFIND' });
    const { text } = await read();
    const found = samplesOf(text);
    const requests = (labels: string) => found.get(`curfew_http_request_duration_seconds_count{${labels}}`);
    expect(requests('route="/token",method="POST",status="200"')).to.equal(2);
    expect(requests('route="/token/introspection",method="POST",status="200"')).to.equal(1);
    expect(requests('route="/account/sessions/:sid",method="DELETE",status="401"')).to.equal(1);
    expect(requests('route="other",method="other",status="404"')).to.equal(1);
    expect(requests('route="/interaction/:uid/login",method="POST",status="303"')).to.equal(1);
    expect(found.get('curfew_store_operation_duration_seconds_count{operation="commit"}')).to.be.greaterThan(2);
    expect(found.get('curfew_store_operation_duration_seconds_count{operation="sessions.find"}')).to.be.greaterThan(0);
    for (const secret of [
      phone.sid,
      person.sub,
      person.email,
      phone.refreshToken,
      phone.tokens.access_token,
      '127.0.0.1',
    ]) {
      expect(text).not.to.include(secret);
    }
  });

  it('says how the server keeps up: sweeps, endings, keys', async () => {
    await open();
    await world.signedIn('bank');
    await world.clock.advance({ minutes: 16 });
    const late = await samples();
    expect(late.get('curfew_sweep_lag_seconds')).to.be.within(59, 61);
    expect(late.get('curfew_signing_key_age_seconds{alg="ES256"}')).to.be.within(960, 962);
    expect(late.get('curfew_unfinished_endings')).to.equal(0);
    expect(late.get('curfew_store_up')).to.equal(1);
    await world.server.background.round();
    expect((await samples()).get('curfew_sweep_lag_seconds')).to.equal(0);
    const { store, clock } = { store: world.server.store, clock: world.clock };
    await store.sessions.beginEnding({ accountId: 'x', scope: { kind: 'all' }, reason: 'admin', at: clock.now() }, 0);
    expect((await samples()).get('curfew_unfinished_endings')).to.equal(1);
  });

  it('says that the store is down, counts what failed, and leaves out what nobody can tell', async () => {
    let dead = false;
    const fail = () => Promise.reject(new Error('dead'));
    await open({
      wrapStore: (store: Store): Store => ({
        ...store,
        ping: () => (dead ? fail() : store.ping()),
        sessions: {
          ...store.sessions,
          find: (sid) => (dead ? fail() : store.sessions.find(sid)),
          due: (now, limit) => (dead ? fail() : store.sessions.due(now, limit)),
        },
      }),
    });
    const phone = await world.signedIn();
    dead = true;
    expect((await phone.refreshWith(phone.refreshToken)).status).to.equal(503);
    const found = await samples();
    expect(found.get('curfew_store_up')).to.equal(0);
    expect(found.get('curfew_store_failures_total{operation="sessions.find"}')).to.equal(1);
    expect(found.has('curfew_sweep_lag_seconds')).to.equal(false);
    expect(found.get('curfew_http_request_duration_seconds_count{route="/token",method="POST",status="503"}')).to.equal(
      1,
    );
  });

  it('is not there unless a port is set, and closes with the server', async () => {
    await open();
    await world.close({ keepData: true });
    const code = await read().then(
      () => 'answered',
      (error: NodeJS.ErrnoException) => error.code,
    );
    expect(code).to.equal('ECONNREFUSED');
    world = await openWorld();
  });
});
