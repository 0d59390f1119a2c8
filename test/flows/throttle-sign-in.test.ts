import { expect } from 'chai';
import { Guesser } from '../support/guesser.ts';
import { openWorld, PASSWORD, type World } from '../support/world.ts';

const HOME = '192.0.2.7';
const WRONG = 'a guess that is wrong';

describe('guessing passwords', () => {
  let world: World;
  let email: string;
  beforeEach(async () => {
    world = await openWorld({ config: { trustedProxies: ['127.0.0.1'] } });
    ({ email } = await world.person());
  });
  afterEach(async () => {
    world.clock.reset();
    await world.close();
  });

  const guesser = (address: string): Guesser => new Guesser(world, address);
  const guess = (address: string, login = email, password = WRONG) => guesser(address).guess(login, password);
  const statuses = async (guesses: Iterable<Promise<{ status: number }>>): Promise<number[]> =>
    (await Promise.all(guesses)).map(({ status }) => status);
  const count = (all: readonly number[], status: number): number => all.filter((one) => one === status).length;
  const inTurn = async (times: number, act: (n: number) => Promise<{ status: number }>): Promise<number[]> => {
    const seen: number[] = [];
    for (let n = 0; n < times; n++) seen.push((await act(n)).status);
    return seen;
  };

  it('is stopped after five tries at one account from one address, says how long, and goes on after that [97]', async () => {
    expect(await inTurn(5, () => guess(HOME))).to.deep.equal([422, 422, 422, 422, 422]);
    const { status, retryAfter, location } = await guess(HOME, email, PASSWORD);
    expect({ status, location }).to.deep.equal({ status: 429, location: null });
    expect(retryAfter).to.be.within(1, 15 * 60);
    world.clock.advance({ seconds: retryAfter ?? 0 });
    expect((await guess(HOME, email, PASSWORD)).status).to.equal(303);
  });

  it('is counted by who the account is, however its address is written [97]', async () => {
    const spellings = [email, email.toUpperCase(), ` ${email} `, email.replace('p', 'P'), `\t${email}`, email];
    expect(await inTurn(6, (n) => guess(HOME, spellings[n]))).to.deep.equal([422, 422, 422, 422, 422, 429]);
  });

  it('is not stopped by another browser, another sign-in, or one more word in X-Forwarded-For [97] [110]', async () => {
    const strangers = ['', '6.6.6.6, ', '::1, ', '127.0.0.1, ', 'unknown, ', '10.0.0.1, '];
    expect(await inTurn(6, (n) => guess(`${strangers[n]}${HOME}`))).to.deep.equal([422, 422, 422, 422, 422, 429]);
  });

  it('is nobody else’s matter: others at the address, and the account elsewhere, sign in [97]', async () => {
    await inTurn(6, () => guess(HOME));
    const other = await world.person();
    expect((await guess(HOME, other.email, PASSWORD)).status).to.equal(303);
    expect((await guess('192.0.2.8', email, PASSWORD)).status).to.equal(303);
  });

  it('is counted by the /64 of an IPv6 address, which a subscriber has whole [97]', async () => {
    const own = (n: number) => `2001:db8:1:2:${(n * 7919).toString(16)}::${n + 1}`;
    expect(await inTurn(6, (n) => guess(own(n)))).to.deep.equal([422, 422, 422, 422, 422, 429]);
    expect((await guess('2001:db8:1:3::1')).status).to.equal(422);
    expect((await guess('2001:DB8:1:2:0:0:0:1')).status).to.equal(429);
    expect((await guess(`::ffff:${HOME}`)).status).to.equal(422);
  });

  it('gets five answers of fifty that race, whatever order they come in [97]', async () => {
    const all = Array.from({ length: 50 }, () => guesser(HOME));
    await Promise.all(all.map((one) => one.open()));
    const seen = await statuses(all.map((one) => one.guess(email, WRONG)));
    expect({ answered: count(seen, 422), refused: count(seen, 429) }).to.deep.equal({ answered: 5, refused: 45 });
    expect((await guess(HOME, email, PASSWORD)).status).to.equal(429);
  });

  it('at many accounts from one address is stopped after fifty [97]', async () => {
    const seen = await inTurn(52, (n) => guess(HOME, `someone${n}@example.com`));
    expect(count(seen, 422)).to.equal(50);
    expect(seen.slice(-2)).to.deep.equal([429, 429]);
  });

  it('at one account from everywhere is slowed down, and its person still signs in from home [97]', async () => {
    expect((await guess(HOME, email, PASSWORD)).status).to.equal(303);
    const from = (n: number) => `2001:db8:${(n + 1).toString(16)}::1`;
    const seen: number[] = [];
    for (let batch = 0; batch < 6; batch++) {
      seen.push(...(await statuses(Array.from({ length: 20 }, (_, n) => guess(from(batch * 20 + n))))));
    }
    // A hundred, and one each half a minute.
    expect(count(seen, 422)).to.be.within(100, 103);
    expect(count(seen, 422) + count(seen, 429)).to.equal(120);
    expect((await guess(HOME, email, PASSWORD)).status).to.equal(303);
  });

  it('leaves those alone who are signed in [97]', async () => {
    const phone = await world.signedIn('phone', { person: { email, password: PASSWORD } });
    await inTurn(6, () => guess(HOME));
    await phone.refresh();
    expect(await world.introspect(phone.tokens.access_token)).to.include({ active: true });
  });
});

describe('asking who has an account [98]', () => {
  let world: World;
  before(async () => {
    world = await openWorld({ config: { trustedProxies: ['127.0.0.1'] } });
  });
  after(() => world.close());

  const HEADERS_THAT_DIFFER = new Set(['date', 'content-length', 'set-cookie', 'retry-after']);
  const answer = async (address: string, login: string, tries: number) => {
    const guesser = new Guesser(world, address);
    for (let n = 1; n < tries; n++) await guesser.guess(login, WRONG);
    const { status, html, headers, retryAfter } = await guesser.guess(login, WRONG);
    const names = [...headers].filter(([name]) => !HEADERS_THAT_DIFFER.has(name));
    return { status, html, names, throttled: retryAfter !== undefined };
  };

  const disabled = async (): Promise<string> => {
    const { sub, email } = await world.person();
    await world.server.accounts?.disable(sub);
    return email;
  };

  for (const [what, tries, status] of [
    ['a wrong password', 1, 422],
    ['one try too many', 6, 429],
  ] as const) {
    it(`gets the same page after ${what}: known, unknown, disabled, or no address at all`, async () => {
      const known = await answer('198.51.100.1', (await world.person()).email, tries);
      expect(known.status).to.equal(status);
      expect(await answer('198.51.100.2', 'nobody.of.this.name@example.com', tries)).to.deep.equal(known);
      expect(await answer('198.51.100.3', await disabled(), tries)).to.deep.equal(known);
      expect(await answer('198.51.100.4', 'no address', tries)).to.deep.equal(known);
    });
  }

  it('leaves the same kind of event, which names the account where there is one', async () => {
    world.logged.length = 0;
    const seen: string[] = [];
    world.server.events.on('event', ({ type, accountId }) => seen.push(`${type} ${accountId !== undefined}`));
    await answer('198.51.100.5', (await world.person()).email, 1);
    await answer('198.51.100.6', 'another.nobody@example.com', 1);
    expect(seen.filter((one) => one.startsWith('sign_in'))).to.deep.equal([
      'sign_in_failed true',
      'sign_in_failed false',
    ]);
  });
});
