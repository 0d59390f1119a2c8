/** Owns what every store has to keep of the factors' port: one document each, changed by one of many. */
import { expect } from 'chai';
import type { FactorRecord, FactorStore } from '../../server/accounts/factor-store.ts';
import { createUse } from '../../server/accounts/factor-use.ts';
import { newRecoveryCodes, recoveryJudge } from '../../server/accounts/recovery-codes.ts';
import { randomId } from '../../server/digests.ts';
import { turningClock } from '../support/clock.ts';
import { type OpenStore, openedStore } from './opened-store.ts';

const factor = (changes: Partial<FactorRecord> = {}): FactorRecord => {
  const id = randomId();
  return {
    id,
    sub: randomId(),
    kind: 'totp',
    key: `totp ${id}`,
    name: 'Authenticator app',
    createdAt: 1_000,
    state: { sealed: 'x', lastStep: 0 },
    revision: 0,
    ...changes,
  };
};

export const factorContract = (open: OpenStore): void => {
  const store = openedStore(open);
  const factors = (): FactorStore => store().factors;

  it('are listed by account, oldest first, as they were written', async () => {
    const sub = randomId();
    const later = factor({ sub, createdAt: 2_000, lastUsedAt: 3_000, sealedUnder: 'key-1' });
    const first = factor({ sub, state: { nested: { list: [1, 'two'] } } });
    for (const one of [later, first, factor()]) expect(await factors().insert(one)).to.equal(true);
    expect(await factors().list(sub)).to.deep.equal([first, later]);
    expect(await factors().findByKey(later.key)).to.deep.equal(later);
    expect(await factors().findByKey('passkey of nobody')).to.equal(undefined);
    expect(await factors().list(randomId())).to.deep.equal([]);
  });

  it('have keys of their own: of fifty that bring the same, one is written', async () => {
    const key = `passkey ${randomId()}`;
    const written = await Promise.all(Array.from({ length: 50 }, () => factors().insert(factor({ key }))));
    expect(written.filter(Boolean)).to.have.length(1);
    const same = factor();
    expect(await factors().insert(same)).to.equal(true);
    expect(await factors().insert({ ...same, key: 'another key' })).to.equal(false);
  });

  it('[100] change by compare-and-set: of fifty that read the same, one writes', async () => {
    const read = factor();
    await factors().insert(read);
    const replaced = await Promise.all(
      Array.from({ length: 50 }, (_, n) => factors().replace({ ...read, state: { lastStep: n + 1 } })),
    );
    expect(replaced.filter(Boolean)).to.have.length(1);
    const [now] = await factors().list(read.sub);
    expect(now).to.include({ revision: 1 });
    expect(now?.state).to.deep.equal({ lastStep: replaced.indexOf(true) + 1 });
    expect(await factors().replace({ ...read, name: 'stale' })).to.equal(false);
  });

  it('write name, last use, seal and state anew, and nothing else', async () => {
    const read = factor({ sealedUnder: 'old' });
    await factors().insert(read);
    const change = { ...read, name: 'New', lastUsedAt: 5_000, sealedUnder: 'new', state: { lastStep: 9 } };
    expect(await factors().replace({ ...change, key: 'not this', sub: 'nor this', createdAt: 1 })).to.equal(true);
    expect(await factors().findByKey(read.key)).to.deep.equal({ ...change, revision: 1 });
  });

  it('are removed once, by their own account, and do not come back by a change', async () => {
    const read = factor();
    await factors().insert(read);
    expect(await factors().remove(randomId(), read.id)).to.equal(false);
    const removed = await Promise.all(Array.from({ length: 20 }, () => factors().remove(read.sub, read.id)));
    expect(removed.filter(Boolean)).to.have.length(1);
    expect(await factors().replace(read)).to.equal(false);
    expect(await factors().list(read.sub)).to.deep.equal([]);
  });

  it('go with their account, and with no other', async () => {
    const sub = randomId();
    const other = factor();
    for (const one of [factor({ sub }), factor({ sub }), other]) await factors().insert(one);
    expect(await factors().removeAll(sub)).to.equal(2);
    expect(await factors().removeAll(sub)).to.equal(0);
    expect(await factors().list(other.sub)).to.have.length(1);
  });

  it('are found by the key that they are sealed under, a few at a time', async () => {
    const keyId = randomId();
    const sealed = Array.from({ length: 5 }, () => factor({ sealedUnder: keyId }));
    for (const one of [...sealed, factor(), factor({ sealedUnder: 'other' })]) await factors().insert(one);
    expect(await factors().sealedUnder(keyId, 3)).to.have.length(3);
    const all = await factors().sealedUnder(keyId, 100);
    expect(all.map(({ id }) => id)).to.have.members(sealed.map(({ id }) => id));
  });

  it('[100] give one recovery code to one of fifty, and ten codes to ten', async () => {
    const id = randomId();
    const { codes, state } = newRecoveryCodes(id);
    const read = factor({ id, kind: 'recovery_codes', key: `recovery ${id}`, state: { ...state } });
    await factors().insert(read);
    const use = createUse({ store: factors(), clock: turningClock });
    const spend = (code: string) => use(read.sub, 'recovery_codes', recoveryJudge(code));
    const [first = '', ...others] = codes;
    const won = await Promise.all(Array.from({ length: 50 }, () => spend(first)));
    expect(won.filter(Boolean)).to.have.length(1);
    const rest = await Promise.all(others.map((code) => spend(code.toUpperCase().replaceAll('-', ' '))));
    expect(rest.filter(Boolean)).to.have.length(others.length);
    expect((await factors().list(read.sub))[0]?.state).to.deep.equal({ digests: [] });
  });
};
