import { expect } from 'chai';
import type { ArtifactKind } from '../../server/sessions/store.ts';
import { type OpenStore, openedStore, saveSession, times } from './opened-store.ts';
import { artifact, deviceSession, NOW } from './samples.ts';

const KINDS: readonly ArtifactKind[] = [
  'access_token',
  'code',
  'interaction',
  'pushed_request',
  'proof',
  'assertion',
  'step_up',
  'reset_link',
  'not_me_link',
];

/** How what may be lost is kept. */
export const artifactContract = (open: OpenStore): void => {
  const store = openedStore(open);

  for (const kind of KINDS) {
    it(`gives back ${kind}: its payload, for whoever has its id`, async () => {
      const one = artifact({ kind, payload: { words: 'Grüße, 世界', nested: { list: [1, null] } } });
      await store().artifacts.put(one);
      expect(await store().artifacts.find(one, NOW)).to.deep.equal({
        payload: one.payload,
        expiresAt: one.expiresAt,
        spent: false,
      });
    });
  }

  it('keeps kinds apart', async () => {
    const code = artifact();
    await store().artifacts.put(code);
    expect(await store().artifacts.find({ ...code, kind: 'interaction' }, NOW)).to.equal(undefined);
    expect(await store().artifacts.spend({ ...code, kind: 'interaction' }, NOW, NOW * 1000)).to.equal(false);
    expect(await store().artifacts.insert({ ...code, kind: 'proof' })).to.equal(true);
  });

  it('keeps access tokens and sessions apart: a token that is shown as an id finds no session, nor the other way round', async () => {
    const token = artifact({ kind: 'access_token' });
    await store().artifacts.put(token);
    await store().artifacts.find(token, NOW);
    expect(await store().sessions.find(token.id)).to.equal(undefined);
    const session = deviceSession();
    await saveSession(store(), session);
    await store().sessions.find(session.sid);
    expect(await store().artifacts.find({ kind: 'access_token', id: session.sid }, NOW)).to.equal(undefined);
  });

  it('replaces what is put again, and leaves it spent where it was', async () => {
    const interaction = artifact({ kind: 'interaction' });
    await store().artifacts.put(interaction);
    await store().artifacts.put({ ...interaction, payload: { step: 2 }, expiresAt: NOW + 90 });
    expect(await store().artifacts.find(interaction, NOW)).to.deep.equal({
      payload: { step: 2 },
      expiresAt: NOW + 90,
      spent: false,
    });
    await store().artifacts.spend(interaction, NOW, NOW * 1000);
    await store().artifacts.put(interaction);
    expect(await store().artifacts.find(interaction, NOW)).to.have.property('spent', true);
  });

  it('spends once, and remembers when', async () => {
    const code = artifact();
    await store().artifacts.put(code);
    expect(await store().artifacts.spend(code, NOW, NOW * 1000 + 1)).to.equal(true);
    expect(await store().artifacts.spend(code, NOW, NOW * 1000 + 2)).to.equal(false);
    expect(await store().artifacts.find(code, NOW)).to.include({ spent: true, spentAtMs: NOW * 1000 + 1 });
    expect(await store().artifacts.spend(artifact(), NOW, NOW * 1000)).to.equal(false);
  });

  it('expires by the time that it is told', async () => {
    const code = artifact({ expiresAt: NOW + 60 });
    await store().artifacts.put(code);
    expect(await store().artifacts.find(code, NOW + 59)).to.not.equal(undefined);
    expect(await store().artifacts.find(code, NOW + 60)).to.equal(undefined);
    expect(await store().artifacts.spend(code, NOW + 60, (NOW + 60) * 1000)).to.equal(false);
  });

  it('removes', async () => {
    const code = artifact();
    await store().artifacts.put(code);
    await store().artifacts.remove(code);
    await store().artifacts.remove(code);
    expect(await store().artifacts.find(code, NOW)).to.equal(undefined);
  });
};

/** How what has expired is deleted. */
export const artifactSweepContract = (open: OpenStore): void => {
  const store = openedStore(open);

  it('sweeps what expired, so many at a time', async () => {
    const live = artifact({ expiresAt: NOW + 1 });
    for (const one of [...times(5, () => artifact({ expiresAt: NOW })), live]) await store().artifacts.put(one);
    expect(await store().artifacts.sweep(NOW, 3)).to.equal(3);
    expect(await store().artifacts.sweep(NOW, 3)).to.equal(2);
    expect(await store().artifacts.sweep(NOW, 3)).to.equal(0);
    expect(await store().artifacts.find(live, NOW)).to.not.equal(undefined);
  });
};
