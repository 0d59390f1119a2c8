import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { Faults, HANGS, SUCCEEDS_BUT_SAYS_NO } from '../support/faults.ts';
import { operationsOf } from '../support/operations.ts';
import { type Phone, type Reply, tokensOf } from '../support/phone.ts';
import { prepared, SIDE_BY_SIDE } from '../support/several-operations.ts';
import { openWorld, type World } from '../support/world.ts';

const ONE_SECOND = { ...SIDE_BY_SIDE, storeTimeoutSeconds: 1 };

const expectUnavailable = ({ status, headers, body }: Reply): void => {
  expect({ status, error: body['error'] }).to.deep.equal({ status: 503, error: undefined });
  expect(Number(headers.get('retry-after'))).to.be.greaterThan(0);
};

describe('a store that does not answer signs nobody out', () => {
  const faults = new Faults();
  let world: World;
  before(async () => {
    world = await openWorld({ wrapStore: faults.wrapStore, config: ONE_SECOND });
  });
  afterEach(() => {
    faults.remove();
    world.clock.reset();
  });
  after(() => world.close());

  for (const method of ['store.artifacts.find', 'store.sessions.find', 'store.commit', 'store.sessions.end']) {
    it(`answers 503 where ${method} hangs, and the same credentials work once it answers again`, async () => {
      const operations = operationsOf(world).filter(({ knownOnItsWay }) => knownOnItsWay.includes(method));
      expect(operations).to.not.be.empty;
      const attempts = await prepared(operations);
      faults.plant(method, HANGS);
      const replies = await Promise.all(attempts.map(({ send }) => send()));
      faults.remove();
      for (const reply of replies) expectUnavailable(reply);
      for (const { send, worked } of attempts) await worked(await send());
    });
  }

  it('gives the same successor to the retry of a refresh that the store finished too late for its reply', async () => {
    const phone = await world.signedIn();
    const answered = Promise.withResolvers<void>();
    const written = Promise.withResolvers<void>();
    faults.plant('store.commit', async (run) => {
      await answered.promise;
      await run();
      written.resolve();
    });
    expectUnavailable(await phone.refreshWith(phone.refreshToken));
    faults.remove();
    answered.resolve();
    await written.promise;
    const first = tokensOf(await phone.refreshWith(phone.refreshToken));
    expect(first.refresh_token).to.match(/^[\w-]+\.1\./);
    expect(tokensOf(await phone.refreshWith(phone.refreshToken)).refresh_token).to.equal(first.refresh_token);
  });

  it('never makes two families of a code whose exchange was written and not answered', async () => {
    const phone = world.phone();
    const pending = phone.request();
    const code = phone.code(await phone.authorize(pending, await world.person()), pending);
    faults.plant('store.commit', SUCCEEDS_BUT_SAYS_NO);
    expectUnavailable(await phone.exchange(code, pending));
    faults.remove();
    expect((await phone.exchange(code, pending)).body).to.have.property('error', 'invalid_grant');
  });

  it('gives the code its tokens where only the session limit could not be kept, and keeps it at the next sign-in', async () => {
    const person = await world.person();
    const phones: Phone[] = [];
    for (let count = 1; count <= 7; count++) {
      const phone = world.phone('bank');
      const pending = phone.request();
      const code = phone.code(await phone.authorize(pending, person), pending);
      if (count === 6) faults.plant('store.sessions.list', HANGS);
      phone.tokens = tokensOf(await phone.exchange(code, pending));
      if (count === 6) expect(faults.happened).to.equal(1);
      faults.remove();
      phones.push(phone);
      world.clock.advance({ seconds: 5 });
    }
    const replies = await Promise.all(phones.map((phone) => phone.refreshWith(phone.refreshToken)));
    expect(replies.map(({ status }) => status)).to.deep.equal([400, 400, 200, 200, 200, 200, 200]);
  });

  it('is told to a program that asks for HTML, or writes the path in its own way, without an error member too', async () => {
    const phone = await world.signedIn();
    faults.plant('store.sessions.find', () => Promise.reject(new Error('planted')));
    for (const path of ['/token', '/token/', '/TOKEN']) {
      for (const accept of ['application/json', 'text/html', '*/*', '']) {
        const reply = await world.post(
          path,
          { client_id: 'phone', grant_type: 'refresh_token', refresh_token: phone.refreshToken },
          { accept },
        );
        expectUnavailable(reply);
        expect(reply.headers.get('content-type')).to.match(/^application\/json/);
      }
    }
    faults.remove();
    await phone.refresh();
  });
});

describe('a database file that another process has locked', () => {
  const faults = new Faults();
  let world: World;
  let other: DatabaseSync;
  before(async () => {
    world = await openWorld({ wrapStore: faults.wrapStore, config: ONE_SECOND });
    other = new DatabaseSync(`${world.dataDir}/curfew.sqlite`);
  });
  afterEach(() => faults.remove());
  after(async () => {
    other.close();
    await world.close();
  });

  it('keeps requests waiting, and answers them once it is released', async () => {
    const phone = await world.signedIn();
    other.exec('BEGIN IMMEDIATE');
    faults.plant('store.commit', (run) => {
      const written = run();
      // The first try is made in this turn of the event loop; the lock outlasts it.
      void pause(100).then(() => other.exec('COMMIT'));
      return written;
    });
    const { refresh_token: next } = await phone.refresh();
    expect(next).to.match(/^[\w-]+\.1\./);
    expect(faults.happened).to.equal(1);
  });

  it('is answered with 503 where it stays locked, health says so, and nothing is lost', async () => {
    const operations = operationsOf(world).filter(({ knownOnItsWay }) =>
      knownOnItsWay.some((name) => ['store.commit', 'store.sessions.end', 'store.sessions.change'].includes(name)),
    );
    const attempts = await prepared(operations);
    other.exec('BEGIN IMMEDIATE');
    const ready = fetch(`${world.issuer}/health/ready`);
    const live = await fetch(`${world.issuer}/health/live`);
    const replies = await Promise.all(attempts.map(({ send }) => send()));
    expect({ live: live.status, ready: (await ready).status }).to.deep.equal({ live: 200, ready: 503 });
    other.exec('COMMIT');
    for (const reply of replies) expectUnavailable(reply);
    for (const { send, worked } of attempts) await worked(await send());
  });

  it('shows people a page', async () => {
    other.exec('BEGIN IMMEDIATE');
    const response = await world.browser().request(world.phone().request().url);
    other.exec('COMMIT');
    const { status, headers } = response;
    expect({ status, type: headers.get('content-type'), to: headers.get('location') }).to.deep.equal({
      status: 503,
      type: 'text/html; charset=utf-8',
      to: null,
    });
    expect(await response.text())
      .to.match(/cannot answer right now/)
      .and.not.match(/SQLITE|locked|\n\s+at /);
  });
});
