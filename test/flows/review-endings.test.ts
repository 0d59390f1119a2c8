import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'chai';
import { accountToken, deviceApp, silently } from '../support/devices.ts';
import { tokensOf } from '../support/phone.ts';
import { openWorld, type World } from '../support/world.ts';

const CROWD = 10_000;

describe('endings of many that meet, and that meet a crowd', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());

  /** Ended browser sessions of the same account, each used later than the one that they are copied from. */
  const crowdOut = (uid: string): void => {
    const db = new DatabaseSync(join(world.dataDir, 'curfew.sqlite'), { timeout: 5000 });
    db.prepare(
      `INSERT INTO sso_sessions
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
        SELECT 'crowd' || i, 'hash' || i, account_id, last_used_at + 1, expires_at, epoch, marks, 1, 'signed_out', facts
        FROM sso_sessions, n WHERE uid = ?`,
    ).run(CROWD, uid);
    db.close();
  };

  it('"end others" spares no browser that an earlier ending is still to end, nor what begins there meanwhile', async () => {
    const person = await world.person();
    const phone = await deviceApp(world, 'phone', { person });
    const token = await accountToken(phone);
    const { sessions } = world.server.store;
    const at = world.clock.now();
    // Another node has written it down, and stopped there.
    await sessions.beginEnding({ accountId: person.sub, scope: { kind: 'all' }, reason: 'admin', at }, 0);
    expect(await phone.account('POST', '/sessions/end-others', token)).to.have.property('status', 200);
    const reader = world.phone('relaxed', phone.browser);
    const { code, pending } = await silently(reader);
    if (code) tokensOf(await reader.exchange(code, pending));
    await world.server.core.revocation.finishUnfinished();
    expect(await sessions.list({ accountId: person.sub, status: 'live', limit: 9 })).to.deep.equal([]);
    expect(await sessions.listOpenSso(person.sub, 9)).to.deep.equal([]);
  });

  it('all browser sessions end, be there ever so many that were used later', async () => {
    const person = await world.person();
    const phone = await world.signedIn('phone', { person });
    const { ssoUid = '' } = (await world.server.store.sessions.find(phone.sid)) ?? {};
    crowdOut(ssoUid);
    await world.server.sessions.endAll(person.sub, 'admin');
    expect(await world.server.store.sessions.findSso({ uid: ssoUid })).to.have.nested.property('ended.reason', 'admin');
    expect(await silently(phone)).to.have.property('outcome', 'sign-in page');
  });
});
