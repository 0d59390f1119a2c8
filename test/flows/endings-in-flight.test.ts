import { expect } from 'chai';
import type { Work } from '../../server/sessions/store.ts';
import type { Store } from '../../server/store.ts';
import { expectAlive, expectEnded, silently, stepUpRequest } from '../support/devices.ts';
import { ENDING_ACTS, type Scene, scene } from '../support/ending-acts.ts';
import { openWorld, type World } from '../support/world.ts';

/** Holds the first commit that is picked, until it is let go: a request at its very last step. */
class Turnstile {
  #picks: ((work: Work) => boolean) | undefined;
  #arrived: () => void = () => undefined;
  #go: Promise<void> = Promise.resolve();

  readonly wrapStore = (store: Store): Store => ({
    ...store,
    commit: async (work) => {
      if (this.#picks?.(work)) {
        this.#picks = undefined;
        this.#arrived();
        await this.#go;
      }
      return store.commit(work);
    },
  });

  /** Runs `act` while the request stands before its commit, then lets it commit. Resolves to the request's outcome. */
  async hold<T>(picks: (work: Work) => boolean, request: () => Promise<T>, act: () => Promise<unknown>): Promise<T> {
    let release: () => void = () => undefined;
    this.#go = new Promise((resolve) => {
      release = resolve;
    });
    const arrived = new Promise<void>((resolve) => {
      this.#arrived = resolve;
    });
    this.#picks = picks;
    const outcome = request();
    await arrived;
    await act();
    release();
    return outcome;
  }
}

type InFlight = (scene: Scene) => Promise<{
  picks: (work: Work) => boolean;
  /** Resolves to whether it gave anything away. */
  request: () => Promise<boolean>;
}>;

const IN_FLIGHT: Record<string, InFlight> = {
  'a refresh': async ({ phone }) => ({
    picks: ({ change }) => change?.seen.sid === phone.sid,
    request: async () => (await phone.refreshWith(phone.refreshToken)).status === 200,
  }),
  'a code exchange': async ({ phone, world }) => {
    const reader = world.phone('relaxed', phone.browser);
    const { code = '', pending } = await silently(reader);
    return {
      picks: ({ change }) => change?.seen.status === 'pending',
      request: async () => (await reader.exchange(code, pending)).status === 200,
    };
  },
  'a step-up': async ({ phone }) => {
    const pending = stepUpRequest(phone);
    const code = phone.code(await phone.authorize(pending), pending);
    return {
      picks: ({ spend }) => spend?.[0]?.kind === 'code',
      request: async () => (await phone.exchange(code, pending)).status === 200,
    };
  },
  'an authorization request': async ({ phone }) => ({
    picks: ({ begin }) => begin !== undefined,
    request: async () => (await silently(phone)).code !== undefined,
  }),
};

describe('a request at its last step, while an ending is begun and acknowledged', () => {
  let world: World;
  const turnstile = new Turnstile();
  before(async () => {
    world = await openWorld({ wrapStore: turnstile.wrapStore });
  });
  after(() => world.close());

  for (const [act, { act: end, reason, ends }] of Object.entries(ENDING_ACTS)) {
    for (const [name, inFlight] of Object.entries(IN_FLIGHT)) {
      it(`${act}: ${name} gets nothing, and leaves nothing alive [73, 80, 85]`, async () => {
        const at = await scene(world);
        const { picks, request } = await inFlight(at);
        expect(await turnstile.hold(picks, request, () => end(at))).to.equal(false);
        await expectEnded(world, at.phone, reason);
        const live = await world.server.store.sessions.list({ accountId: at.person.sub, status: 'live', limit: 100 });
        expect(live.map(({ sid }) => sid)).to.deep.equal(ends === 'all' ? [] : [at.elsewhere.sid]);
        expect(await silently(at.phone)).to.have.property('outcome', 'sign-in page');
        if (ends !== 'all') await expectAlive(world, at.elsewhere);
      });
    }
  }

  it('end others: the browser that stays may begin sessions, also where one of its requests was on its way', async () => {
    const at = await scene(world);
    const outcome = await turnstile.hold(
      ({ sso, begin }) => sso !== undefined && !begin,
      () => at.elsewhere.browser.go(`${world.issuer}/session/end`),
      () => ENDING_ACTS['end others']?.act(at) ?? Promise.reject(new Error('no such act')),
    );
    expect(outcome.page?.status).to.equal(200);
    expect(await silently(at.elsewhere)).to.have.property('outcome', 'code');
  });
});
