import { expect } from 'chai';
import { type OpenStore, openedStore, saveSession } from './opened-store.ts';
import { artifact, deviceSession, endCommand, head, NOW, pendingSession, rotate, ssoSession } from './samples.ts';
import { ALL_PARTS, workOfAllParts, writtenParts } from './written-parts.ts';

/** What one request writes: all of it, or nothing. */
export const workContract = (open: OpenStore): void => {
  const store = openedStore(open);
  it('writes all of it, and tells how the session stands', async () => {
    const work = await workOfAllParts(store());
    const outcome = await store().commit(work);
    expect(outcome).to.have.nested.property('session.head.generation', 1);
    expect(await writtenParts(store(), work)).to.deep.equal(ALL_PARTS);
  });

  it('begins a session, and tells of it', async () => {
    const begin = pendingSession();
    expect(await store().commit({ begin })).to.deep.equal({ session: begin });
  });

  it('does nothing where nothing is asked', async () => {
    expect(await store().commit({})).to.deep.equal({});
  });

  it('spends and removes', async () => {
    const [code, gone] = [artifact(), artifact()];
    for (const one of [code, gone]) await store().artifacts.put(one);
    expect(
      await store().commit({ spend: [{ ...code, now: NOW, nowMs: NOW * 1000 + 7 }], remove: [gone] }),
    ).to.deep.equal({});
    expect(await store().artifacts.find(code, NOW)).to.include({ spent: true, spentAtMs: NOW * 1000 + 7 });
    expect(await store().artifacts.find(gone, NOW)).to.equal(undefined);
  });

  it('guards an SSO session that it saves itself by what it saves', async () => {
    const sso = ssoSession({ marks: 1, marksAnswered: 1 });
    const guarded = {
      sso: { how: 'insert', session: sso },
      begin: pendingSession(),
      ssoGuard: { uid: sso.uid, marks: 1 },
    } as const;
    expect(await store().commit({ ...guarded, ssoGuard: { uid: sso.uid, marks: 0 } })).to.deep.equal({
      refused: 'sso',
    });
    expect(await store().commit(guarded)).to.deep.equal({ session: guarded.begin });
  });

  it('replaces an interaction, and inserts anything else but once', async () => {
    const [interaction, code] = [artifact({ kind: 'interaction' }), artifact()];
    await store().commit({ put: [interaction, code] });
    expect(await store().commit({ put: [{ ...interaction, payload: { step: 2 } }] })).to.deep.equal({});
    expect((await store().artifacts.find(interaction, NOW))?.payload).to.deep.equal({ step: 2 });
    expect(await store().commit({ put: [{ ...code, payload: {} }] })).to.deep.equal({ refused: 'spent', kind: 'code' });
    expect((await store().artifacts.find(code, NOW))?.payload).to.deep.equal(code.payload);
  });

  it('leaves a spent interaction spent', async () => {
    const interaction = artifact({ kind: 'interaction' });
    await store().commit({ put: [interaction] });
    await store().commit({ spend: [{ ...interaction, now: NOW, nowMs: NOW * 1000 }] });
    await store().commit({ put: [interaction] });
    expect(await store().artifacts.find(interaction, NOW)).to.have.property('spent', true);
    expect(await store().commit({ spend: [{ ...interaction, now: NOW, nowMs: NOW * 1000 }] })).to.have.property(
      'refused',
      'spent',
    );
  });

  it('refuses a refresh of an ended session, access token and all', async () => {
    const seen = deviceSession({ head: head(3) });
    await saveSession(store(), seen);
    await store().sessions.end(endCommand(seen, { reason: 'device_lost' }));
    const token = artifact({ kind: 'access_token' });
    expect(await store().commit({ put: [token], change: rotate(seen) })).to.deep.equal({
      refused: 'session',
      reason: 'device_lost',
    });
    expect(await store().artifacts.find(token, NOW)).to.equal(undefined);
  });
};
