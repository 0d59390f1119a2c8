/** Owns every act that ends what a browser began, as its person, its app or an administrator does it. */
import type { EndReason } from '../../server/sessions/ending.ts';
import { accountToken, deviceApp } from './devices.ts';
import type { Person, Phone } from './phone.ts';
import type { World } from './world.ts';

/** One person: an app that is to end, at a browser of its own, and one elsewhere that asks for it. */
export interface Scene {
  readonly world: World;
  readonly person: Person & { readonly sub: string };
  readonly phone: Phone;
  readonly elsewhere: Phone;
  /** For the account API, fresh. */
  readonly token: string;
  readonly deviceId: string;
}

export const scene = async (world: World): Promise<Scene> => {
  const person = await world.person();
  const [phone, elsewhere] = [await deviceApp(world, 'phone', { person }), await deviceApp(world, 'phone', { person })];
  const session = await world.server.store.sessions.find(phone.sid);
  return { world, person, phone, elsewhere, token: await accountToken(elsewhere), deviceId: session?.device.id ?? '' };
};

const signOut = async (phone: Phone): Promise<void> => {
  const { page } = await phone.browser.go(`${phone.issuer}/session/end`);
  if (!page) throw new Error('the browser left without a question');
  await phone.browser.submit(page, '/session/end/confirm', { logout: 'yes' });
};

export interface EndingAct {
  readonly act: (scene: Scene) => Promise<unknown>;
  readonly reason: EndReason;
  /** What else it ends of the scene: nothing but the app itself, all that began at its browser, or all. */
  readonly ends: 'app' | 'browser' | 'all';
}

const keptOf = async ({ world, elsewhere: { sid } }: Scene) => ({
  sid,
  ssoUid: (await world.server.store.sessions.find(sid))?.ssoUid,
});

/** Each is over only when its reply is there. */
export const ENDING_ACTS: Readonly<Record<string, EndingAct>> = {
  revoke: { act: ({ phone }) => phone.revoke(), reason: 'signed_out', ends: 'app' },
  'one from elsewhere': {
    act: ({ elsewhere, phone, token }) => elsewhere.account('DELETE', `/sessions/${phone.sid}`, token),
    reason: 'signed_out_elsewhere',
    ends: 'app',
  },
  'sign-out at the browser': { act: ({ phone }) => signOut(phone), reason: 'signed_out', ends: 'browser' },
  'device lost': {
    act: ({ elsewhere, token, deviceId }) => elsewhere.account('POST', `/devices/${deviceId}/lost`, token),
    reason: 'device_lost',
    ends: 'browser',
  },
  'end others': {
    act: ({ elsewhere, token }) => elsewhere.account('POST', '/sessions/end-others', token),
    reason: 'signed_out_elsewhere',
    ends: 'browser',
  },
  'password changed': {
    act: async (at) => at.world.server.accounts?.setPassword(at.person.sub, 'a new walk by the sea', await keptOf(at)),
    reason: 'password_changed',
    ends: 'browser',
  },
  'account disabled': {
    act: ({ world, person }) => world.server.accounts?.disable(person.sub) ?? Promise.reject(new Error('no accounts')),
    reason: 'account_disabled',
    ends: 'all',
  },
};
