/** Owns the look at a store that tells which parts of a unit of work are in it. */
import type { NewEvent } from '../../server/events.ts';
import type { Artifact, Work } from '../../server/sessions/store.ts';
import type { Store } from '../../server/store.ts';
import { saveSession } from './opened-store.ts';
import { deviceSession, freshParts, NOW, rotate, ssoSession } from './samples.ts';

type Part = { readonly name: string; isWritten(): Promise<boolean> };

const artifactPart = (store: Store, one: Artifact): Part => ({
  name: one.kind,
  isWritten: async () => (await store.artifacts.find(one, NOW)) !== undefined,
});

/** Its account has to be its own. */
const eventPart = (store: Store, { accountId, type }: NewEvent): Part => ({
  name: 'event',
  isWritten: async () => {
    const listed = await store.events.list({ accountId: accountId ?? '', limit: 9 });
    return listed.some((one) => one.type === type);
  },
});

const sessionParts = (store: Store, { sso, begin, change }: Work): Part[] => {
  const { sessions } = store;
  const parts: (Part | undefined)[] = [
    sso && { name: 'sso', isWritten: async () => (await sessions.findSso({ uid: sso.session.uid })) !== undefined },
    begin && { name: 'begin', isWritten: async () => (await sessions.find(begin.sid)) !== undefined },
    change && {
      name: 'change',
      isWritten: async () => ((await sessions.find(change.seen.sid)) ?? change.seen).revision !== change.seen.revision,
    },
  ];
  return parts.filter((part) => part !== undefined);
};

export const writtenParts = async (store: Store, work: Work): Promise<string[]> => {
  const parts = [
    ...[...(work.proofs ?? []), ...(work.put ?? [])].map((one) => artifactPart(store, one)),
    ...sessionParts(store, work),
    ...(work.events ?? []).map((one) => eventPart(store, one)),
  ];
  const written = await Promise.all(parts.map((part) => part.isWritten()));
  return parts.filter((_, index) => written[index]).map(({ name }) => name);
};

export type AllParts = Work & Required<Pick<Work, 'change'>>;

/** A unit of work of every part, over a session that is there. */
export const workOfAllParts = async (store: Store): Promise<AllParts> => {
  const seen = deviceSession();
  await saveSession(store, seen);
  return { ...freshParts(), sso: { how: 'insert', session: ssoSession() }, change: rotate(seen) };
};

export const ALL_PARTS = ['proof', 'code', 'access_token', 'sso', 'begin', 'change', 'event'];
