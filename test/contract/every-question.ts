/** Owns a walk through the ports of a store: every way in which a database is asked or told something. */
import type { Store } from '../../server/store.ts';
import { saveSession } from './opened-store.ts';
import {
  account,
  artifact,
  deviceSession,
  endCommand,
  event,
  knownDevice,
  NOW,
  rotate,
  ssoSession,
} from './samples.ts';

/** What a port may be asked that reads or changes many, or looks for one by something else than its id. */
export const askEverything = async (store: Store): Promise<void> => {
  const { sessions, artifacts, events, accounts, factors, devices, limits, streams } = store;
  const [session, sso, person, device] = [deviceSession(), ssoSession(), account(), knownDevice()];
  await saveSession(store, session);
  await store.commit({ sso: { how: 'insert', session: sso } });
  await sessions.change(rotate(session));
  await store.commit({ change: rotate(session), events: [event({ sid: session.sid })] });
  for (const filter of [{ accountId: 'alice' }, { deviceId: 'd' }, { ssoUid: 'u' }, { clientId: 'phone' }])
    for (const status of [undefined, 'live', 'ended'] as const)
      await sessions.list({ ...filter, ...(status && { status }), limit: 9 });
  await sessions.listOpen('alice', 9);
  await sessions.listLive(9);
  await sessions.openAccounts(9);
  await sessions.clients();
  await sessions.due(NOW, 9);
  await sessions.listSso('alice', 9);
  await sessions.listOpenSso('alice', 9);
  for (const by of [{ id: 'x' }, { uid: sso.uid }]) await sessions.findSso(by);
  await sessions.endSso(sso.uid, { at: NOW, reason: 'signed_out' }, event({ accountId: 'alice' }));
  await sessions.forgetSso(NOW, NOW, 9);
  const ending = await sessions.beginEnding({ accountId: 'alice', scope: { kind: 'all' }, reason: 'admin', at: 1 }, 0);
  await sessions.finishEnding('alice', ending.epoch);
  await sessions.beginEnding({ accountId: 'alice', scope: { kind: 'all' }, reason: 'admin', at: NOW }, NOW);
  await sessions.unfinishedEndings(9);
  await sessions.end(endCommand(session));
  await sessions.forget([session.sid]);
  const spent = artifact();
  await artifacts.put(spent);
  await artifacts.spend(spent, NOW, NOW * 1000);
  await artifacts.sweep(NOW + 1000, 9);
  for (const filter of [{}, { sid: 's' }, { accountId: 'alice' }]) await events.list({ ...filter, limit: 9 });
  await events.after(0, 9);
  await store.sweepEvents(NOW + 9, 9);
  await accounts.insert(person);
  await accounts.findByEmail(person.canonicalEmail);
  await accounts.list(9);
  await accounts.replace(person);
  await factors.list('alice');
  await factors.findByKey('k');
  await factors.sealedUnder('s', 9);
  await factors.removeAll('alice');
  await devices.insert(device);
  await devices.list(device.accountId);
  await devices.sweep(NOW + 9_999_999_999, 9);
  await devices.removeAll(device.accountId);
  await limits.add('k', 1, 0, 1);
  await limits.get('k', 0);
  await store.sweepLimits(2, 9);
  await streams.list();
  await store.ping();
};
