import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { deriveKeys } from '../../server/keys.ts';
import { tokensOf } from '../support/phone.ts';
import { openWorld, type World } from '../support/world.ts';
import { endingOf, eventsOf, expectRefused, isActive, stored, story } from './refresh-story.ts';

const SECRET = 'test-secret-test-secret-test-secret-0123456789';

describe('a refresh token that this server did not make', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());

  const flipped = (text: string): string => (text.endsWith('A') ? text.replace(/A$/, 'B') : text.replace(/.$/, 'A'));
  const mangled: ReadonlyArray<readonly [string, (token: string) => string]> = [
    ['truncated', (token) => token.slice(0, -1)],
    ['extended', (token) => `${token}A`],
    [
      'with its case flipped',
      (token) => token.replace(/[a-z]/gi, (c) => (c < 'a' ? c.toLowerCase() : c.toUpperCase())),
    ],
    ['with another generation', (token) => token.replace(/^([^.]+)\.\d+/, '$1.1')],
    ['with a leading zero', (token) => token.replace(/^([^.]+)\./, '$1.0')],
    ['with another mac', (token) => flipped(token)],
    ['with another key id', (token) => token.replace(/^([^.]+\.\d+\.)[^.]+/, '$1unknownK')],
    ['with a line end', (token) => `${token}\n`],
    ['with a NUL', (token) => `${token}\0`],
    ['of four dots', () => '....'],
    ['of prototype names', () => '__proto__.0.constructor.toString'],
    ['of a megabyte', () => 'A'.repeat(900_000)],
  ];
  for (const [what, mangle] of mangled) {
    it(`[58] ${what} is refused, and changes nothing`, async () => {
      const phone = await world.signedIn();
      const before = await stored(world, phone);
      const reply = await phone.refreshWith(mangle(phone.refreshToken));
      expect(reply.status).to.be.within(400, 413);
      expect(reply.body).to.not.have.property('access_token');
      expect(await stored(world, phone)).to.deep.equal(before);
      await phone.refresh();
    });
  }

  it('[58] truncated, extended and case-flipped access tokens are nobody’s', async () => {
    const phone = await world.signedIn();
    const token = phone.tokens.access_token;
    const wrong = [token.slice(0, -1), `${token}A`, flipped(token), token.toLowerCase(), token.toUpperCase()];
    for (const other of wrong) expect(await isActive(world, other)).to.equal(false);
    expect(await isActive(world, token)).to.equal(true);
  });

  it('made with the key but without the salt of the family is forged, and is written down as that', async () => {
    const phone = await world.signedIn();
    const [key] = deriveKeys([SECRET]).refresh;
    const head = `${phone.sid}.0.${key.id}`;
    for (const salt of ['', 'AAAAAAAAAAAAAAAAAAAAAA', phone.sid]) {
      const mac = createHmac('sha256', key.key).update(`${head}.${salt}`).digest('base64url');
      expectRefused(await phone.refreshWith(`${head}.${mac}`));
    }
    expect(await story(world, phone.sid)).to.deep.equal(['session_started', 'refresh_forged']);
    const forged = (await eventsOf(world, phone.sid))[0];
    expect(forged).to.include({ count: 3 }).and.have.deep.property('data', { presented: 0 });
    await phone.refresh();
  });

  it('is refused where the salt in the database was altered', async () => {
    const [phone, other] = [await world.signedIn(), await world.signedIn()];
    const session = await stored(world, phone);
    const family = (await stored(world, other)).family;
    if (!family) throw new Error('the other phone has a family');
    await world.server.store.sessions.change({ seen: session, next: (current) => ({ ...current, family }) });
    expectRefused(await phone.refreshWith(phone.refreshToken));
    expect(await endingOf(world, phone)).to.equal(undefined);
  });

  it('may not be another session’s: two families differ in every token', async () => {
    const [one, two] = [await world.signedIn(), await world.signedIn()];
    const [, generation, key, mac] = one.refreshToken.split('.');
    expectRefused(await two.refreshWith([two.sid, generation, key, mac].join('.')));
    expect((await stored(world, one)).family?.salt).to.not.equal((await stored(world, two)).family?.salt);
  });

  it('is refused as an access token everywhere', async () => {
    const phone = await world.signedIn('phone', { resource: `${world.issuer}/account`, scope: 'openid sessions' });
    expect((await phone.account('GET', '/sessions', phone.refreshToken)).status).to.equal(401);
    expect(await world.introspect(phone.refreshToken)).to.deep.equal({ active: false });
  });
});

describe('secrets that are changed', () => {
  const OLD = 'the-first-secret-of-this-server-0123456789';
  const NEW = 'the-second-secret-of-this-server-012345678';

  it('keep every session while the old one is given, move it to the new one, and end what stayed behind', async () => {
    let world = await openWorld({ config: { secrets: [OLD] } });
    const { dataDir, issuer } = world;
    const under = async (secrets: readonly [string, ...string[]]) => {
      await world.close({ keepData: true });
      const port = Number(new URL(issuer).port);
      world = await openWorld({ dataDir, port, config: { secrets } });
      // Whoever asks first may still be given a connection of the server that is gone.
      await fetch(`${issuer}/health/live`).catch(() => undefined);
    };
    try {
      const [busy, asleep] = [await world.signedIn(), await world.signedIn()];
      const keyOf = (token: string) => token.split('.')[2];
      const oldKey = keyOf(busy.refreshToken);

      await under([NEW, OLD]);
      const { from } = await busy.refresh();
      expect(keyOf(from)).to.equal(oldKey);
      expect(keyOf(busy.refreshToken)).to.not.equal(oldKey);
      expect(tokensOf(await busy.refreshWith(from)).refresh_token).to.equal(busy.refreshToken);

      await under([NEW]);
      expect(tokensOf(await busy.refreshWith(busy.refreshToken)).refresh_token).to.match(/\.2\./);
      expectRefused(await asleep.refreshWith(asleep.refreshToken));
      expect(await endingOf(world, asleep)).to.equal(undefined);

      await under([NEW, OLD]);
      await asleep.refresh();
    } finally {
      await world.close();
    }
  });
});
