import { expect } from 'chai';
import { type OpenStore, openedStore, saveSession, times } from './opened-store.ts';
import { deviceSession, endCommand, head, NOW, pendingSession, rotate, ssoSession } from './samples.ts';

/** How device sessions are kept, changed, listed and forgotten. */
export const deviceSessionContract = (open: OpenStore): void => {
  const store = openedStore(open);

  it('gives back what was begun, whole, pending or live', async () => {
    const { ssoUid, acr, amr, ...bare } = pendingSession();
    for (const session of [deviceSession(), bare]) {
      await saveSession(store(), session);
      expect(await store().sessions.find(session.sid)).to.deep.equal(session);
    }
  });

  it('finds nothing under an unknown sid, and refuses to change it', async () => {
    expect(await store().sessions.find('nobody')).to.equal(undefined);
    expect(await store().sessions.change(rotate(deviceSession()))).to.deep.equal({
      refused: 'session',
      reason: 'gone',
    });
    expect(await store().sessions.end(endCommand(deviceSession()))).to.equal('gone');
  });

  it('refuses to begin a session twice', async () => {
    const session = deviceSession();
    await saveSession(store(), session);
    expect(await store().commit({ begin: { ...session, accountId: 'mallory' } })).to.have.property(
      'refused',
      'session',
    );
    expect(await store().sessions.find(session.sid)).to.have.property('accountId', 'alice');
  });

  it('changes every member, and sets the revision itself', async () => {
    const pending = pendingSession();
    await saveSession(store(), pending);
    const exchanged = {
      ...deviceSession(),
      sid: pending.sid,
      clientId: 'tablet',
      ssoUid: 'other',
      device: { id: 'd2', name: 'Tab' },
    };
    const outcome = await store().sessions.change({ seen: pending, next: () => ({ ...exchanged, revision: 77 }) });
    const expected = { ...exchanged, revision: pending.revision + 1 };
    expect(outcome).to.deep.equal(expected);
    expect(await store().sessions.find(pending.sid)).to.deep.equal(expected);
    expect(await store().sessions.list({ deviceId: 'd2', limit: 9 })).to.deep.equal([expected]);
  });

  it('hands a change the stored state, not the one that the caller saw', async () => {
    const session = deviceSession();
    await saveSession(store(), session);
    await store().sessions.change(rotate(session));
    const outcome = await store().sessions.change(rotate(session));
    expect(outcome).to.have.property('revision', session.revision + 2);
    expect((await store().sessions.find(session.sid))?.head?.generation).to.equal(2);
  });

  it('writes nothing where a change returns what it was given, or refuses', async () => {
    const session = deviceSession();
    await saveSession(store(), session);
    expect(await store().sessions.change({ seen: session, next: (current) => current })).to.deep.equal(session);
    const refusal = { refused: 'session', reason: 'superseded' } as const;
    expect(await store().sessions.change({ seen: session, next: () => refusal })).to.deep.equal(refusal);
    expect(await store().sessions.find(session.sid)).to.deep.equal(session);
  });

  it('passes on what a change throws, and fails nobody else', async () => {
    const sessions = times(20, () => deviceSession());
    for (const session of sessions) await saveSession(store(), session);
    const outcomes = await Promise.allSettled(
      sessions.map((session, index) =>
        store().sessions.change({
          seen: session,
          next: (current) => {
            if (index === 7) throw new RangeError('a rule is broken');
            return { ...current, head: head(5) };
          },
        }),
      ),
    );
    expect(outcomes.map((outcome) => outcome.status)).to.deep.equal(
      times(20, (index) => (index === 7 ? 'rejected' : 'fulfilled')),
    );
    expect(outcomes[7]).to.have.property('reason').that.is.instanceOf(RangeError);
  });

  it('ends a session with its reason and its event, and marks the browser that began it', async () => {
    const sso = ssoSession();
    const session = deviceSession({ ssoUid: sso.uid });
    await store().commit({ sso: { how: 'insert', session: sso }, begin: session });
    expect(await store().sessions.end(endCommand(session))).to.equal('ended');
    const ended = {
      status: 'ended',
      ended: { at: NOW + 5, reason: 'signed_out' },
      dueAt: NOW + 5000,
      revision: 2,
    } as const;
    expect(await store().sessions.find(session.sid)).to.deep.equal({ ...session, ...ended });
    expect(await store().sessions.findSso({ uid: sso.uid })).to.deep.equal({ ...sso, marks: 1 });
    const events = await store().events.list({ sid: session.sid, limit: 9 });
    expect(events.map(({ type, data }) => ({ type, data }))).to.deep.equal([
      { type: 'session_ended', data: { reason: 'signed_out' } },
    ]);
  });

  it('leaves the browser unmarked where that is asked', async () => {
    const sso = ssoSession();
    const session = deviceSession({ ssoUid: sso.uid });
    await store().commit({ sso: { how: 'insert', session: sso }, begin: session });
    expect(await store().sessions.end(endCommand(session, { marksSso: false }))).to.equal('ended');
    expect(await store().sessions.findSso({ uid: sso.uid })).to.have.property('marks', 0);
  });

  it('forgets a pending session, which has begun for nobody, and ends one that became live meanwhile', async () => {
    const [pending, exchanged] = [pendingSession(), pendingSession()];
    for (const session of [pending, exchanged]) await saveSession(store(), session);
    await store().sessions.change({ seen: exchanged, next: (current) => ({ ...current, status: 'live' }) });
    expect(await store().sessions.end(endCommand(pending))).to.equal('forgotten');
    expect(await store().sessions.find(pending.sid)).to.equal(undefined);
    expect(await store().events.list({ sid: pending.sid, limit: 9 })).to.deep.equal([]);
    expect(await store().sessions.end(endCommand(exchanged))).to.equal('ended');
    expect(await store().sessions.find(exchanged.sid)).to.have.property('status', 'ended');
  });

  it('ends once: a second ending changes no reason and writes no event', async () => {
    const session = deviceSession();
    await saveSession(store(), session);
    await store().sessions.end(endCommand(session));
    expect(await store().sessions.end(endCommand(session, { reason: 'admin', at: NOW + 9 }))).to.equal('already');
    expect((await store().sessions.find(session.sid))?.ended).to.deep.equal({ at: NOW + 5, reason: 'signed_out' });
    expect(await store().events.list({ sid: session.sid, limit: 9 })).to.have.lengthOf(1);
  });

  it('keeps a session whose timeout a use overtook', async () => {
    const session = deviceSession();
    await saveSession(store(), session);
    const still = (current: { lastUsedAt: number }): boolean => current.lastUsedAt < NOW;
    expect(await store().sessions.end(endCommand(session, { still }))).to.equal('kept');
    expect(await store().sessions.find(session.sid)).to.deep.equal(session);
    expect(await store().events.list({ sid: session.sid, limit: 9 })).to.deep.equal([]);
  });

  it('never brings back an ended session, whatever a rule returns', async () => {
    const session = deviceSession();
    await saveSession(store(), session);
    await store().sessions.end(endCommand(session));
    for (const next of [() => session, () => ({ ...session, status: 'ended' as const })]) {
      expect(await store().sessions.change({ seen: session, next })).to.deep.equal({
        refused: 'session',
        reason: 'signed_out',
      });
    }
    expect(await store().sessions.find(session.sid)).to.have.property('status', 'ended');
  });
};
