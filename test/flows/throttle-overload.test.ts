import { expect } from 'chai';
import { Guesser } from '../support/guesser.ts';
import { tokensOf } from '../support/phone.ts';
import { openWorld, PASSWORD, type World } from '../support/world.ts';

/** More than may be hashed and wait at once. */
const CROWD = 120;

describe('more sign-ins at once than the machine can hash', () => {
  let world: World;
  before(async () => {
    world = await openWorld({ config: { trustedProxies: ['127.0.0.1'] } });
  });
  after(() => world.close());

  it('are told to come back soon, on a page; what is signed in goes on; and no try was counted', async () => {
    const phone = await world.signedIn();
    // No limit is in the way: each from an address of its own, and few for each account.
    const people = await Promise.all(Array.from({ length: CROWD / 40 }, () => world.person()));
    const crowd = people.flatMap((person, n) =>
      Array.from({ length: 40 }, (_, m) => ({ person, guesser: new Guesser(world, `192.0.${n}.${m}`) })),
    );
    for (const { guesser } of crowd) await guesser.open();
    const signIn = ({ guesser, person }: (typeof crowd)[number]) => guesser.guess(person.email, PASSWORD);

    const tries = crowd.map(signIn);
    for (let refreshes = 1; refreshes <= 5; refreshes++) {
      const { refresh_token: next } = await phone.refresh();
      expect(next).to.match(new RegExp(`^[\\w-]+\\.${refreshes}\\.`));
      expect(await world.introspect(phone.tokens.access_token)).to.include({ active: true });
    }
    const outcomes = await Promise.all(tries);

    const turnedAway = outcomes.filter(({ status }) => status === 503);
    expect(new Set(outcomes.map(({ status }) => status))).to.deep.equal(new Set([303, 503]));
    expect(turnedAway.length).to.be.greaterThan(0);
    for (const { retryAfter, html } of turnedAway) {
      expect(retryAfter).to.equal(1);
      expect(html).to.match(/cannot answer right now/);
    }
    // Whoever was turned away tries again on the same page.
    const again = crowd.filter((_, n) => outcomes[n]?.status === 503);
    for (const one of again) expect((await signIn(one)).status).to.equal(303);
    tokensOf(await phone.refreshWith(phone.refreshToken));
  });
});
