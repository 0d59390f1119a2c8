import { expect } from 'chai';
import { type OpenStore, openedStore, saveSession } from './opened-store.ts';
import { deviceSession, endCommand, event, NOW, pendingSession, ssoSession } from './samples.ts';

/** Which device sessions a question is answered with. */
export const deviceSessionListContract = (open: OpenStore): void => {
  const store = openedStore(open);
  const sids = (sessions: readonly { readonly sid: string }[]): string[] => sessions.map(({ sid }) => sid);

  const fill = async (): Promise<void> => {
    const sessions = [
      deviceSession({ sid: 'a', lastUsedAt: NOW + 1, dueAt: NOW + 30 }),
      deviceSession({ sid: 'b', lastUsedAt: NOW + 3, dueAt: NOW + 10, device: { id: 'tab', name: 'Tab' } }),
      deviceSession({ sid: 'c', lastUsedAt: NOW + 2, dueAt: NOW + 20, clientId: 'tablet', ssoUid: 'elsewhere' }),
      pendingSession({ sid: 'd', lastUsedAt: NOW + 9, dueAt: NOW + 5, clientId: 'kiosk' }),
      deviceSession({ sid: 'e', lastUsedAt: NOW + 4, accountId: 'bob', clientId: 'watch' }),
    ];
    for (const session of sessions) await saveSession(store(), session);
    await store().sessions.end(endCommand(deviceSession({ sid: 'a' })));
    await store().sessions.end(endCommand(deviceSession({ sid: 'e' })));
  };

  it('lists live and ended ones, newest use first, never pending ones', async () => {
    await fill();
    expect(sids(await store().sessions.list({ accountId: 'alice', limit: 9 }))).to.deep.equal(['b', 'c', 'a']);
    expect(sids(await store().sessions.list({ limit: 9 }))).to.deep.equal(['e', 'b', 'c', 'a']);
    expect(sids(await store().sessions.list({ limit: 2 }))).to.deep.equal(['e', 'b']);
  });

  it('lists by whatever is asked, together', async () => {
    await fill();
    const { sessions } = store();
    expect(sids(await sessions.list({ status: 'ended', limit: 9 }))).to.deep.equal(['e', 'a']);
    expect(sids(await sessions.list({ accountId: 'alice', status: 'live', limit: 9 }))).to.deep.equal(['b', 'c']);
    expect(sids(await sessions.list({ deviceId: 'tab', limit: 9 }))).to.deep.equal(['b']);
    expect(sids(await sessions.list({ ssoUid: 'elsewhere', accountId: 'alice', limit: 9 }))).to.deep.equal(['c']);
    expect(
      sids(await sessions.list({ clientId: 'phone', accountId: 'alice', status: 'live', limit: 9 })),
    ).to.deep.equal(['b']);
    expect(sids(await sessions.list({ clientId: 'tablet', accountId: 'bob', limit: 9 }))).to.deep.equal([]);
  });

  it('pages through the open ones of an account: live and pending', async () => {
    await fill();
    expect(sids(await store().sessions.listOpen('alice', 2))).to.deep.equal(['b', 'c']);
    expect(sids(await store().sessions.listOpen('alice', 2, 'c'))).to.deep.equal(['d']);
    expect(sids(await store().sessions.listOpen('bob', 2))).to.deep.equal([]);
  });

  it('tells what falls due, of any status, earliest first', async () => {
    await fill();
    expect(sids(await store().sessions.due(NOW + 20, 9))).to.deep.equal(['d', 'b', 'c']);
    expect(sids(await store().sessions.due(NOW + 20, 1))).to.deep.equal(['d']);
    expect(sids(await store().sessions.due(NOW + 5000, 9))).to.deep.equal(['d', 'b', 'c', 'a', 'e']);
  });

  it('forgets ended and pending ones, and leaves live ones', async () => {
    await fill();
    await store().sessions.forget(['a', 'b', 'd', 'nobody']);
    expect(await store().sessions.find('a')).to.equal(undefined);
    expect(await store().sessions.find('b')).to.have.property('status', 'live');
    expect(await store().sessions.find('d')).to.equal(undefined);
  });

  it("pages through everybody's live ones, and through the accounts that have something open", async () => {
    const all = await store().sessions.listLive(100);
    expect(all.every(({ status }) => status === 'live')).to.equal(true);
    const sids = all.map(({ sid }) => sid);
    expect(sids).to.deep.equal(sids.toSorted());
    expect(await store().sessions.listLive(100, sids[0])).to.deep.equal(all.slice(1));
    const browser = ssoSession({ accountId: 'zoe' });
    await store().commit({ sso: { how: 'insert', session: browser } });
    const accounts = await store().sessions.openAccounts(100);
    expect(accounts)
      .to.include('zoe')
      .and.deep.equal([...new Set(accounts)].toSorted());
    expect(await store().sessions.openAccounts(1, accounts.at(-2))).to.deep.equal(accounts.slice(-1));
    await store().sessions.endSso(browser.uid, { at: NOW, reason: 'admin' }, event());
    expect(await store().sessions.openAccounts(100)).to.not.include('zoe');
  });

  it('names the clients with live or pending sessions', async () => {
    await fill();
    expect(await store().sessions.clients()).to.have.members(['phone', 'tablet', 'kiosk']);
  });
};
