import { expect } from 'chai';
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { type CommandLine, openCommandLine } from '../support/command-line.ts';
import type { Phone } from '../support/phone.ts';
import { JWT_API, openWorld, type World } from '../support/world.ts';
import { JWT } from './refresh-story.ts';

interface Key {
  readonly kid: string;
  readonly alg: string;
  readonly state: string;
  readonly published_until: string | null;
}

const kidOf = (token: string): string => decodeProtectedHeader(token).kid ?? '';

describe('the keys that sign, and their replacement', () => {
  let world: World;
  let curfew: CommandLine;
  beforeEach(async () => {
    world = await openWorld();
    curfew = await openCommandLine(world);
  });
  afterEach(async () => {
    world.clock.reset();
    await curfew.close();
    await world.close();
  });

  const round = () => world.server.background.round();
  const jwks = async () => (await (await fetch(`${world.issuer}/jwks`)).json()) as JSONWebKeySet;
  const published = async () => (await jwks()).keys.filter(({ alg }) => alg === 'ES256').map(({ kid }) => kid);

  /** As a resource server does it, and an app. */
  const verify = async ({ tokens }: Phone): Promise<void> => {
    const keys = createLocalJWKSet(await jwks());
    await jwtVerify(tokens.access_token, keys, { issuer: world.issuer, audience: JWT_API });
    await jwtVerify(tokens.id_token, keys, { issuer: world.issuer, audience: 'phone' });
  };

  it('are replaced while the server runs, and tokens verify at every moment', async () => {
    const phone = await world.signedIn('phone', JWT);
    const old = kidOf(phone.tokens.id_token);
    const made = await curfew.json<{ key: Key; replaces: string }>(['key', 'rotate']);
    const { kid } = made.key;
    expect(made).to.deep.include({ replaces: old });
    expect(made.key).to.include({ alg: 'ES256', state: 'next', published_until: null });

    await round();
    expect(await published()).to.deep.equal([old, kid]);
    await phone.refresh();
    expect(kidOf(phone.tokens.id_token)).to.equal(old);
    await verify(phone);

    world.clock.advance({ minutes: 59, seconds: 30 });
    await round();
    await phone.refresh();
    expect(kidOf(phone.tokens.access_token)).to.equal(old);

    world.clock.advance({ minutes: 1 });
    await verify(phone);
    await round();
    expect(await published()).to.deep.equal([kid, old]);
    await verify(phone);
    const hint = phone.tokens.id_token;
    await phone.refresh();
    for (const token of [phone.tokens.access_token, phone.tokens.id_token]) expect(kidOf(token)).to.equal(kid);
    await verify(phone);

    world.clock.advance({ minutes: 66 });
    await round();
    expect(await published()).to.deep.equal([kid]);
    const out = new URLSearchParams({ id_token_hint: hint });
    expect((await fetch(`${world.issuer}/session/end?${out}`)).status, 'a hint that is older').to.equal(200);

    world.clock.advance({ days: 90 });
    await round();
    const kept = await world.server.store.signingKeys.list();
    expect(kept.map((record) => record.kid))
      .to.include(kid)
      .and.not.include(old);
  });

  it('loses no request while the new one is taken up', async () => {
    const phones = await Promise.all(Array.from({ length: 4 }, () => world.signedIn()));
    await curfew.json(['key', 'rotate']);
    world.clock.advance({ minutes: 61 });
    const refreshes = phones.flatMap((phone) => Array.from({ length: 4 }, () => phone.refreshWith(phone.refreshToken)));
    const [, ...replies] = await Promise.all([round(), ...refreshes]);
    expect([...new Set((replies as { status: number }[]).map(({ status }) => status))]).to.deep.equal([200]);
  });

  it('are listed, one follows at a time, and RS256 has its own', async () => {
    const first = await curfew.json<{ keys: Key[] }>(['key', 'list']);
    expect(first.keys.map(({ alg, state }) => [alg, state])).to.deep.equal([
      ['ES256', 'signing'],
      ['RS256', 'signing'],
    ]);
    const { stdout } = await curfew.run(['key', 'rotate', '--alg', 'RS256', '--lead', '60']);
    expect(stdout).to.match(/^Made key \S+ \(RS256\)\. .* signs from .*\(in 1 minute\)\.\nKey \S+ signs until then/);
    const again = await curfew.run(['--json', 'key', 'rotate', '--alg', 'RS256']);
    expect(again).to.include({ code: 4, stdout: '' });
    expect(JSON.parse(again.stderr).error).to.have.property('code', 'refused');
    const listed = await curfew.json<{ keys: Key[] }>(['key', 'list']);
    expect(listed.keys.map(({ alg, state }) => [alg, state])).to.deep.equal([
      ['ES256', 'signing'],
      ['RS256', 'signing'],
      ['RS256', 'next'],
    ]);
    const text = await curfew.run(['key', 'list']);
    expect(text.stdout).to.match(/RS256 {2}published; signs from /);
  });

  it('are not replaced with what the running server could not open, nor without notice', async () => {
    const foreign = await curfew.run(['key', 'rotate'], { env: { CURFEW_SECRETS: 'x'.repeat(40) } });
    expect(foreign).to.include({ code: 2, stdout: '' });
    expect(foreign.stderr).to.match(/not what the server has/);
    for (const lead of ['0', '59', 'soon', '1.5']) {
      expect(await curfew.run(['key', 'rotate', '--lead', lead])).to.include({ code: 2, stdout: '' });
    }
    expect(await world.server.store.signingKeys.list()).to.have.length(2);
  });
});
