import { expect } from 'chai';
import type { SigningKeyRecord } from '../../server/keys.ts';
import { type OpenStore, openedStore, times } from './opened-store.ts';
import { account, NOW, randomId } from './samples.ts';

/** How people are kept. */
export const accountContract = (open: OpenStore): void => {
  const store = openedStore(open);

  it('finds one by sub and by email', async () => {
    const alice = account();
    const { name, ...nameless } = account({ email: 'bob@example.com', disabled: true });
    for (const one of [alice, nameless]) {
      expect(await store().accounts.insert(one)).to.equal(true);
      expect(await store().accounts.find(one.sub)).to.deep.equal(one);
      expect(await store().accounts.findByEmail(one.canonicalEmail)).to.deep.equal(one);
    }
    expect(await store().accounts.find('nobody')).to.equal(undefined);
    expect(await store().accounts.findByEmail('Alice@example.com')).to.equal(undefined);
  });

  it('gives an email address to one of 50', async () => {
    const outcomes = await Promise.all(times(50, () => store().accounts.insert(account())));
    expect(outcomes.filter(Boolean)).to.have.lengthOf(1);
  });

  it('replaces what was read, once', async () => {
    const alice = account();
    await store().accounts.insert(alice);
    const outcomes = await Promise.all(
      times(50, (index) => store().accounts.replace({ ...alice, passwordHash: `hash ${index}` })),
    );
    expect(outcomes.filter(Boolean)).to.have.lengthOf(1);
    const winner = outcomes.indexOf(true);
    expect(await store().accounts.find(alice.sub)).to.deep.equal({
      ...alice,
      passwordHash: `hash ${winner}`,
      revision: 2,
    });
  });

  it('keeps that a new password is demanded, until it is not', async () => {
    const alice = account({ mustChangePassword: true });
    const { mustChangePassword: _, ...free } = alice;
    await store().accounts.insert(alice);
    expect(await store().accounts.find(alice.sub)).to.deep.equal(alice);
    expect(await store().accounts.replace({ ...free, passwordHash: 'another' })).to.equal(true);
    expect(await store().accounts.find(alice.sub)).to.deep.equal({ ...free, passwordHash: 'another', revision: 2 });
    expect(await store().accounts.replace({ ...alice, revision: 2 })).to.equal(true);
    expect(await store().accounts.findByEmail(alice.canonicalEmail)).to.deep.equal({ ...alice, revision: 3 });
  });

  it('lets nobody take the email address of another, and knows no account that is not there', async () => {
    const [alice, bob] = [account(), account({ email: 'bob@example.com' })];
    for (const one of [alice, bob]) await store().accounts.insert(one);
    expect(await store().accounts.replace({ ...bob, canonicalEmail: alice.canonicalEmail })).to.equal(false);
    expect(await store().accounts.find(bob.sub)).to.deep.equal(bob);
    expect(await store().accounts.replace(account({ email: 'carol@example.com' }))).to.equal(false);
  });

  it('lists by email, page by page, and removes', async () => {
    const people = ['carol', 'alice', 'bob'].map((name) => account({ email: `${name}@example.com` }));
    for (const one of people) await store().accounts.insert(one);
    const emails = async (limit: number, after?: string): Promise<string[]> =>
      (await store().accounts.list(limit, after)).map(({ email }) => email.replace('@example.com', ''));
    expect(await emails(2)).to.deep.equal(['alice', 'bob']);
    expect(await emails(2, 'bob@example.com')).to.deep.equal(['carol']);
    await store().accounts.remove(people[1]?.sub ?? '');
    expect(await emails(9)).to.deep.equal(['bob', 'carol']);
  });
};

/** How tries are counted. */
export const limitContract = (open: OpenStore): void => {
  const store = openedStore(open);
  const nowMs = NOW * 1000;

  it('loses none of 200 that are counted at once', async () => {
    const outcomes = await Promise.all(times(200, () => store().limits.add('k', 1, nowMs, nowMs + 1000)));
    expect(new Set(outcomes.map(({ points }) => points))).to.have.property('size', 200);
    expect(await store().limits.get('k', nowMs)).to.deep.equal({ points: 200, expiresAtMs: nowMs + 1000 });
  });

  it('keeps the end of its first count, and starts anew after it', async () => {
    await store().limits.add('k', 2, nowMs, nowMs + 1000);
    expect(await store().limits.add('k', 3, nowMs + 999, nowMs + 5000)).to.deep.equal({
      points: 5,
      expiresAtMs: nowMs + 1000,
    });
    expect(await store().limits.get('k', nowMs + 1000)).to.equal(undefined);
    expect(await store().limits.add('k', 1, nowMs + 1000, nowMs + 5000)).to.deep.equal({
      points: 1,
      expiresAtMs: nowMs + 5000,
    });
  });

  it('removes', async () => {
    for (const key of ['a', 'b']) await store().limits.add(key, 1, nowMs, nowMs + 10);
    await store().limits.remove('a');
    expect(await store().limits.get('a', nowMs)).to.equal(undefined);
    expect(await store().limits.get('b', nowMs)).to.not.equal(undefined);
  });
};

/** How counters that ran out are deleted. */
export const limitSweepContract = (open: OpenStore): void => {
  const store = openedStore(open);
  const nowMs = NOW * 1000;

  it('sweeps, so many at a time', async () => {
    for (const key of ['a', 'b']) await store().limits.add(key, 1, nowMs, nowMs + 10);
    await store().limits.add('later', 1, nowMs, nowMs + 11);
    expect(await store().sweepLimits(nowMs + 10, 1)).to.equal(1);
    expect(await store().sweepLimits(nowMs + 10, 9)).to.equal(1);
    expect(await store().limits.get('later', nowMs + 10)).to.not.equal(undefined);
  });
};

/** How the signing keys are kept, and the rest of a whole store. */
export const signingKeyContract = (open: OpenStore): void => {
  const store = openedStore(open);
  const key = (alg: SigningKeyRecord['alg'], createdAt = NOW): SigningKeyRecord => ({
    kid: randomId(),
    alg,
    sealed: 'sealed',
    sealedUnder: 'k1',
    createdAt,
    signsFrom: createdAt,
  });

  it('lets one of 20 nodes make the first key of an algorithm', async () => {
    const outcomes = await Promise.all(times(20, () => store().signingKeys.insertFirst(key('ES256', NOW + 1))));
    expect(outcomes.filter(Boolean)).to.have.lengthOf(1);
    expect(await store().signingKeys.insertFirst(key('RS256'))).to.equal(true);
    expect((await store().signingKeys.list()).map(({ alg }) => alg)).to.deep.equal(['RS256', 'ES256']);
  });

  it('gives back what was kept', async () => {
    const one = key('ES256');
    await store().signingKeys.insertFirst(one);
    expect(await store().signingKeys.list()).to.deep.equal([one]);
  });

  it('lists keys by when they begin to sign, and removes one', async () => {
    const [first, next] = [key('ES256'), { ...key('ES256', NOW - 9), signsFrom: NOW + 9 }];
    await store().signingKeys.insert(next);
    await store().signingKeys.insert(first);
    expect(await store().signingKeys.list()).to.deep.equal([first, next]);
    await store().signingKeys.remove(first.kid);
    expect(await store().signingKeys.list()).to.deep.equal([next]);
  });

  it('says that it is there', async () => {
    await store().ping();
  });
};
