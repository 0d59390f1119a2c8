import { expect } from 'chai';
import fc from 'fast-check';
import { PROFILES } from '../../server/sessions/policy.ts';
import { Family, Holder, type InFlight } from './family-model.ts';

const { standard, high } = PROFILES;
const WINDOW = standard.retryWindowSeconds;

type Step =
  | { readonly does: 'read'; readonly back: number; readonly who: string }
  | { readonly does: 'commit'; readonly which: number }
  | { readonly does: 'use'; readonly back: number }
  | { readonly does: 'wait'; readonly seconds: number }
  | { readonly does: 'restore' };

const anyStep = fc.oneof(
  { weight: 4, arbitrary: fc.record({ does: fc.constant('read'), back: fc.nat(4), who: fc.constantFrom('a', 'b') }) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('commit'), which: fc.nat(6) }) },
  fc.record({ does: fc.constant('use'), back: fc.nat(2) }),
  fc.record({ does: fc.constant('wait'), seconds: fc.constantFrom(1, WINDOW - 1, WINDOW, standard.lateRetrySeconds) }),
  fc.record({ does: fc.constant('restore') }),
) as fc.Arbitrary<Step>;

interface Round {
  readonly attempts: ReadonlyArray<{ readonly lost: string; readonly share: number; readonly within: number }>;
  readonly uses: boolean;
  readonly pause: number;
}

/** A phone that refreshes after a pause: some tries are lost, all of them in time, and the last one is answered. */
const live = (family: Family, phone: Holder, { attempts, uses, pause }: Round): string[] => {
  family.now += pause;
  const began = family.now;
  const last = (attempts[0]?.within ?? 1) - 1;
  const lost = attempts
    .toSorted((a, b) => a.share - b.share)
    .flatMap((one) => {
      family.now = began + Math.floor(one.share * last);
      return one.lost === 'reply' ? [family.redeem(phone.generation, phone.name).kind] : [];
    });
  return [...lost, phone.turn(family, 0, uses)];
};

describe('whatever happens to a family', () => {
  it('[43] never forks: one head, one text a generation, whichever requests cross and whatever a backup brings back', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 80 }), (steps) => {
        const family = new Family();
        const backup = family.session;
        const inFlight: InFlight[] = [];
        let newest = 0;
        const does = {
          read: ({ back, who }: Step & { does: 'read' }) => inFlight.push(family.read(Math.max(0, newest - back), who)),
          commit({ which }: Step & { does: 'commit' }) {
            const [request] = inFlight.splice(which % Math.max(1, inFlight.length), 1);
            const before = family.head.generation;
            const place = request && family.commit(request).place;
            const after = family.head.generation;
            if (place) expect(place.generation).to.be.at.most(after);
            // A rotation moves by one; only a token that this server issued later heals further.
            expect(after - before).to.be.within(0, Math.max(1, newest + 1 - before));
            newest = Math.max(newest, after);
          },
          use: ({ back }: Step & { does: 'use' }) => family.use({ generation: newest - back, epoch: 0 }),
          wait: ({ seconds }: Step & { does: 'wait' }) => (family.now += seconds),
          restore: () => (family.session = backup),
        } as Record<string, (step: never) => unknown>;
        for (const step of steps) does[step.does]?.(step as never);
        expect([...family.texts.values()].every(({ size }) => size === 1)).to.equal(true);
        const heads = [...family.texts.keys()].filter(
          (generation) => family.read(generation).verdict.kind === 'rotated',
        );
        expect(heads.length).to.be.at.most(1);
      }),
      { numRuns: 500 },
    );
  });

  const attempt = (within: number) =>
    fc.record({
      lost: fc.constantFrom('request', 'reply'),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      within: fc.constant(within),
    });
  const round = fc.record({
    attempts: fc.oneof(
      fc.array(attempt(WINDOW), { maxLength: 5 }),
      fc.array(attempt(standard.lateRetrySeconds), { maxLength: 5 }),
    ),
    uses: fc.boolean(),
    pause: fc.constantFrom(0, 1, WINDOW, 86_400, standard.idleSeconds - 2 * 86_400),
  });

  it('an honest phone that loses requests and replies, and tries again in time, is never ended', () => {
    fc.assert(
      fc.property(fc.array(round, { maxLength: 5 }), (rounds) => {
        const family = new Family();
        const phone = new Holder('phone');
        const kinds = rounds.flatMap((one) => live(family, phone, one));
        expect(kinds.filter((kind) => !['rotated', 'retried', 'retried_late'].includes(kind))).to.deep.equal([]);
      }),
      { numRuns: 500 },
    );
  });

  const history = fc.array(
    fc.record({
      thief: fc.boolean(),
      after: fc.constantFrom(0, 1, WINDOW - 1, WINDOW, WINDOW + 1),
      uses: fc.boolean(),
    }),
    { maxLength: 12 },
  );

  it('[42] a thief and an owner who both use the family are noticed, however they came to it', () => {
    fc.assert(
      fc.property(history, fc.boolean(), (turns, thiefFirst) => {
        const family = new Family();
        const [owner, thief] = [new Holder('owner'), new Holder('thief')];
        const verdicts = turns.map((turn) => (turn.thief ? thief : owner).turn(family, turn.after, turn.uses));
        const [one, two] = thiefFirst ? [thief, owner] : [owner, thief];
        for (const next of [one, two, one]) verdicts.push(next.turn(family, WINDOW));
        expect(verdicts).to.include('reuse');
      }),
      { numRuns: 500 },
    );
  });

  it('two that take turns inside every window are reported at the third generation, and ended where the policy says so', () => {
    for (const [lifetimes, verdict] of [
      [standard, 'retried'],
      [high, 'reuse'],
    ] as const) {
      const family = new Family(lifetimes);
      const [owner, thief] = [new Holder('owner'), new Holder('thief')];
      const seen = [1, 2, 3].map(() => [owner.turn(family, 10), thief.turn(family, 10)]);
      expect(seen).to.deep.equal([
        ['rotated', 'retried'],
        ['rotated', 'retried'],
        ['rotated', verdict],
      ]);
      expect(family.shared).to.equal(verdict === 'retried' ? 1 : 0);
    }
  });
});
