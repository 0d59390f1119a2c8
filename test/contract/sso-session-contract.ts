import { expect } from 'chai';
import { sha256 } from '../../server/digests.ts';
import type { SsoSession } from '../../server/sessions/sso-session.ts';
import type { Committed, Refusal } from '../../server/sessions/store.ts';
import { type OpenStore, openedStore, times } from './opened-store.ts';
import { deviceSession, endCommand, event, NOW, randomId, ssoSession } from './samples.ts';

/** How browser sessions are kept. */
export const ssoSessionContract = (open: OpenStore): void => {
  const store = openedStore(open);
  const save = (how: 'insert' | 'replace', session: SsoSession): Promise<Committed | Refusal> =>
    store().commit({ sso: { how, session } });
  const refusal = { refused: 'sso' };

  it('finds one by the id that the cookie holds, and by its uid', async () => {
    const id = randomId();
    const sso = ssoSession({ idHash: sha256(id) });
    await save('insert', sso);
    expect(await store().sessions.findSso({ id })).to.deep.equal(sso);
    expect(await store().sessions.findSso({ uid: sso.uid })).to.deep.equal(sso);
    expect(await store().sessions.findSso({ id: sso.uid })).to.equal(undefined);
  });

  it('keeps one of nobody, before anyone signed in', async () => {
    const { accountId, authTime, deviceId, userAgent, ...nobody } = ssoSession();
    await save('insert', nobody);
    expect(await store().sessions.findSso({ uid: nobody.uid })).to.deep.equal(nobody);
  });

  it('changes the id at authentication: the old cookie finds nothing', async () => {
    const [before, after] = [randomId(), randomId()];
    const sso = ssoSession({ idHash: sha256(before) });
    await save('insert', sso);
    expect(await save('replace', { ...sso, idHash: sha256(after), lastUsedAt: NOW + 9 })).to.deep.equal({});
    expect(await store().sessions.findSso({ id: before })).to.equal(undefined);
    expect(await store().sessions.findSso({ id: after })).to.include({ uid: sso.uid, lastUsedAt: NOW + 9 });
  });

  it('replaces what was seen: a save under an id that another tab has changed is refused', async () => {
    const [first, second, third] = [randomId(), randomId(), randomId()].map(sha256);
    const sso = ssoSession({ idHash: first ?? '' });
    const saveSeen = (idHash = '', seenIdHash = '') =>
      store().commit({ sso: { how: 'replace', session: { ...sso, idHash }, seenIdHash } });
    await save('insert', sso);
    expect(await saveSeen(second, first)).to.deep.equal({});
    expect(await saveSeen(third, first)).to.deep.equal(refusal);
    expect(await store().sessions.findSso({ uid: sso.uid })).to.include({ idHash: second });
  });

  it('inserts a uid once, replaces only what is there, and lets no two share a cookie', async () => {
    const sso = ssoSession();
    expect(await save('replace', sso)).to.deep.equal(refusal);
    expect(await save('insert', sso)).to.deep.equal({});
    expect(await save('insert', { ...sso, accountId: 'mallory' })).to.deep.equal(refusal);
    expect(await save('insert', ssoSession({ idHash: sso.idHash }))).to.deep.equal(refusal);
    expect(await store().sessions.findSso({ uid: sso.uid })).to.deep.equal(sso);
  });

  it('never brings back an ended one', async () => {
    const sso = ssoSession();
    await save('insert', sso);
    const ended = { at: NOW + 1, reason: 'signed_out' } as const;
    const saves = times(20, () => save('replace', { ...sso, lastUsedAt: NOW + 2 }));
    expect(await store().sessions.endSso(sso.uid, ended, event({ data: { sso: sso.uid } }))).to.equal('ended');
    await Promise.all(saves);
    expect(await save('replace', sso)).to.deep.equal(refusal);
    expect(await save('insert', sso)).to.deep.equal(refusal);
    expect((await store().sessions.findSso({ uid: sso.uid }))?.ended).to.deep.equal(ended);
  });

  it('ends once, with one event', async () => {
    const sso = ssoSession();
    await save('insert', sso);
    const end = (): Promise<string> =>
      store().sessions.endSso(sso.uid, { at: NOW, reason: 'admin' }, event({ accountId: sso.uid }));
    expect((await Promise.all(times(5, end))).sort()).to.deep.equal([
      'already',
      'already',
      'already',
      'already',
      'ended',
    ]);
    expect(await store().events.list({ accountId: sso.uid, limit: 9 })).to.have.lengthOf(1);
    expect(await store().sessions.endSso('nobody', { at: NOW, reason: 'admin' }, event())).to.equal('gone');
  });

  it('keeps marks that a save did not know of', async () => {
    const sso = ssoSession();
    const session = deviceSession({ ssoUid: sso.uid });
    await store().commit({ sso: { how: 'insert', session: sso }, begin: session });
    await store().sessions.end(endCommand(session));
    await save('replace', { ...sso, marksAnswered: 0, epoch: 3, payload: { loginTs: 5 } });
    expect(await store().sessions.findSso({ uid: sso.uid })).to.deep.equal({
      ...sso,
      marks: 1,
      epoch: 3,
      payload: { loginTs: 5 },
    });
  });

  it('raises the epoch of one that an ending spared, and never lowers it', async () => {
    const sso = ssoSession({ epoch: 2 });
    await save('insert', sso);
    await store().sessions.raiseSsoEpoch(sso.uid, 5);
    await store().sessions.raiseSsoEpoch(sso.uid, 4);
    expect(await store().sessions.findSso({ uid: sso.uid })).to.deep.equal({ ...sso, epoch: 5 });
  });

  it('lists those of an account, newest use first', async () => {
    const [old, fresh] = [ssoSession({ lastUsedAt: NOW }), ssoSession({ lastUsedAt: NOW + 5 })];
    for (const sso of [old, fresh, ssoSession({ accountId: 'bob' })]) await save('insert', sso);
    expect(await store().sessions.listSso('alice', 9)).to.deep.equal([fresh, old]);
    expect(await store().sessions.listSso('alice', 1)).to.deep.equal([fresh]);
  });

  it('lists those of an account that have not ended, page by page', async () => {
    const [first, second, third] = ['a', 'b', 'c'].map((uid) => ssoSession({ uid }));
    const ended = ssoSession({ uid: 'bb' });
    for (const sso of [third, first, second, ended, ssoSession({ accountId: 'bob' })])
      if (sso) await save('insert', sso);
    await store().sessions.endSso('bb', { at: NOW, reason: 'admin' }, event());
    expect(await store().sessions.listOpenSso('alice', 2)).to.deep.equal([first, second]);
    expect(await store().sessions.listOpenSso('alice', 2, 'b')).to.deep.equal([third]);
  });

  it('forgets what expired or ended long ago, so many at a time', async () => {
    const expired = times(3, () => ssoSession({ expiresAt: NOW }));
    const [longEnded, justEnded, live] = [ssoSession(), ssoSession(), ssoSession()];
    for (const sso of [...expired, longEnded, justEnded, live]) await save('insert', sso);
    await store().sessions.endSso(longEnded.uid, { at: NOW - 100, reason: 'admin' }, event());
    await store().sessions.endSso(justEnded.uid, { at: NOW - 50, reason: 'admin' }, event());
    expect(await store().sessions.forgetSso(NOW + 1, NOW - 50, 2)).to.equal(2);
    expect(await store().sessions.forgetSso(NOW + 1, NOW - 50, 9)).to.equal(2);
    const left = await store().sessions.listSso('alice', 9);
    expect(left.map(({ uid }) => uid)).to.have.members([justEnded.uid, live.uid]);
  });
};
