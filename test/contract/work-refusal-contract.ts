import { expect } from 'chai';
import type { EndingOfMany } from '../../server/sessions/ending.ts';
import type { Refusal, Work } from '../../server/sessions/store.ts';
import { type OpenStore, openedStore } from './opened-store.ts';
import { artifact, deviceSession, endCommand, event, NOW, rotate, ssoSession } from './samples.ts';
import { type AllParts, workOfAllParts, writtenParts } from './written-parts.ts';

/** What is not written where a unit of work is refused: anything. */
export const workRefusalContract = (open: OpenStore): void => {
  const store = openedStore(open);
  const spending = (code: ReturnType<typeof artifact>): NonNullable<Work['spend']> => [
    { ...code, now: NOW, nowMs: NOW * 1000 },
  ];

  const refusals: Readonly<Record<string, (work: AllParts) => Promise<{ work: Work; refused: Refusal }>>> = {
    'an artifact is spent': async (work) => {
      const code = artifact();
      await store().artifacts.put(code);
      await store().artifacts.spend(code, NOW, NOW * 1000);
      return { work: { ...work, spend: spending(code) }, refused: { refused: 'spent', kind: 'code' } };
    },
    'an artifact is unknown': async (work) => ({
      work: { ...work, spend: spending(artifact({ kind: 'pushed_request' })) },
      refused: { refused: 'spent', kind: 'pushed_request' },
    }),
    'an artifact has expired': async (work) => {
      const code = artifact({ expiresAt: NOW });
      await store().artifacts.put(code);
      return { work: { ...work, spend: spending(code) }, refused: { refused: 'spent', kind: 'code' } };
    },
    'an artifact is spent twice in it': async (work) => {
      const code = artifact();
      await store().artifacts.put(code);
      return {
        work: { ...work, spend: [...spending(code), ...spending(code)] },
        refused: { refused: 'spent', kind: 'code' },
      };
    },
    'a proof was seen': async (work) => {
      const proof = artifact({ kind: 'proof', payload: {} });
      await store().artifacts.insert(proof);
      return {
        work: { ...work, proofs: [...(work.proofs ?? []), proof] },
        refused: { refused: 'spent', kind: 'proof' },
      };
    },
    'a proof is in it twice': async (work) => {
      const proof = artifact({ kind: 'proof', payload: {} });
      return { work: { ...work, proofs: [proof, proof] }, refused: { refused: 'spent', kind: 'proof' } };
    },
    'the SSO session is gone': async (work) => ({
      work: { ...work, sso: { how: 'replace', session: ssoSession() } },
      refused: { refused: 'sso' },
    }),
    'the change refuses': async (work) => ({
      work: {
        ...work,
        change: {
          seen: work.change.seen,
          next: () => ({ refused: 'session', reason: 'reuse' }),
        },
      },
      refused: { refused: 'session', reason: 'reuse' },
    }),
    'the session is gone': async (work) => ({
      work: { ...work, change: rotate(deviceSession()) },
      refused: { refused: 'session', reason: 'gone' },
    }),
    'the guarded SSO session is unknown': async (work) => ({
      work: { ...work, ssoGuard: { uid: 'nobody', marks: 0 } },
      refused: { refused: 'sso' },
    }),
    'the guarded SSO session is ended': async (work) => {
      const sso = ssoSession();
      await store().commit({ sso: { how: 'insert', session: sso } });
      await store().sessions.endSso(sso.uid, { at: NOW, reason: 'signed_out' }, event({ accountId: 'nobody' }));
      return { work: { ...work, ssoGuard: { uid: sso.uid, marks: 5 } }, refused: { refused: 'sso' } };
    },
    'the guarded SSO session was marked since': async (work) => {
      const sso = ssoSession();
      const other = deviceSession({ ssoUid: sso.uid });
      await store().commit({ sso: { how: 'insert', session: sso }, begin: other });
      await store().sessions.end(endCommand(other));
      return { work: { ...work, ssoGuard: { uid: sso.uid, marks: 0 } }, refused: { refused: 'sso' } };
    },
    'an ending of many covers it': async (work) => {
      const ending = await store().sessions.beginEnding(
        { accountId: 'alice', scope: { kind: 'all' }, reason: 'admin', at: NOW },
        0,
      );
      const admit = (endings: readonly EndingOfMany[]): Refusal | undefined => {
        const last = endings.at(-1);
        return last && { refused: 'account', ending: last };
      };
      return {
        work: { ...work, accountGuard: { accountId: 'alice', admit } },
        refused: { refused: 'account', ending },
      };
    },
  };

  for (const [why, arrange] of Object.entries(refusals)) {
    it(`writes nothing where ${why}`, async () => {
      const { work, refused } = await arrange(await workOfAllParts(store()));
      const before = await writtenParts(store(), { proofs: work.proofs ?? [] });
      expect(await store().commit(work)).to.deep.equal(refused);
      expect(await writtenParts(store(), work)).to.deep.equal(before);
    });
  }

  it('writes nothing where a rule throws', async () => {
    const work = await workOfAllParts(store());
    const change = {
      seen: work.change.seen,
      next: () => {
        throw new RangeError('a rule is broken');
      },
    };
    expect(
      await store()
        .commit({ ...work, change })
        .catch((error: unknown) => error),
    ).to.be.instanceOf(RangeError);
    expect(await writtenParts(store(), work)).to.deep.equal([]);
  });
};
