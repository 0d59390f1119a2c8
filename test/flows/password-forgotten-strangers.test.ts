import { expect } from 'chai';
import type { Store } from '../../server/store.ts';
import { pageOf } from '../support/authorization.ts';
import type { Browser, Page } from '../support/browser.ts';
import { forgottenIn } from '../support/forgotten.ts';
import { ForwardedBrowser, Guesser } from '../support/guesser.ts';
import { mailsOf } from '../support/mails.ts';
import { NEW_PASSWORD, twice } from '../support/passwords.ts';
import { openWorld, PASSWORD, type World } from '../support/world.ts';

/** Every call of the store, by its name; and none that looks for an account gets an answer while they are held. */
const noting = () => {
  const calls: string[] = [];
  let held = Promise.resolve();
  const noted = <Port extends object>(port: Port, name: string): Port =>
    Object.fromEntries(
      Object.entries(port).map(([key, member]) => [
        key,
        typeof member !== 'function'
          ? member
          : (...given: unknown[]) => {
              calls.push(`${name}.${key}`);
              return member.apply(port, given);
            },
      ]),
    ) as Port;
  const holdLookups = () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    held = promise;
    return resolve;
  };
  const wrapStore = (store: Store): Store => ({
    ...store,
    accounts: {
      ...noted(store.accounts, 'accounts'),
      async findByEmail(email) {
        calls.push('accounts.findByEmail');
        await held;
        return store.accounts.findByEmail(email);
      },
    },
    sessions: noted(store.sessions, 'sessions'),
  });
  return { calls, holdLookups, wrapStore };
};

describe('a stranger at a forgotten password', () => {
  const { calls, holdLookups, wrapStore } = noting();
  let world: World;
  beforeEach(async () => {
    world = await openWorld({ wrapStore, config: { trustedProxies: ['127.0.0.1'] } });
  });
  afterEach(async () => {
    world.clock.reset();
    await world.close();
  });

  const { askFor, linkFor } = forgottenIn(() => world);
  const from = (address: string): Browser => new ForwardedBrowser(world.issuer, address);
  const statuses = async (times: number, act: (n: number) => Promise<Page>): Promise<number[]> => {
    const seen: number[] = [];
    for (let n = 0; n < times; n += 1) seen.push((await act(n)).status);
    return seen;
  };

  it('[98] reads nothing off the answer, which waits for nobody to be looked for: known, unknown, disabled, no address', async () => {
    const [known, disabled] = [await world.person(), await world.person()];
    await world.server.accounts?.disable(disabled.sub);
    const release = holdLookups();
    const seen = async (login: string, address: string) => {
      const { status, html, headers } = await askFor(login, from(address));
      const names = [...headers.keys()].filter((name) => name !== 'content-length').sort();
      return { status, html: html.replaceAll(login, 'LOGIN'), names };
    };
    const told = await seen(known.email, '192.0.2.1');
    expect(told).to.include({ status: 200 });
    expect(await seen('nobody.at.all@example.com', '192.0.2.2')).to.deep.equal(told);
    expect(await seen(disabled.email, '192.0.2.3')).to.deep.equal(told);
    expect(await seen('no address', '192.0.2.4')).to.deep.equal(told);
    release();
    const links = (await mailsOf(world)).filter(({ kind }) => kind === 'password_reset');
    expect(links.map(({ to }) => to)).to.deep.equal([known.email]);
  });

  it('[98] makes the server look up as much for nobody as for somebody, afterwards', async () => {
    const known = await world.person();
    const lookups = async (login: string, address: string) => {
      await mailsOf(world);
      calls.length = 0;
      await askFor(login, from(address));
      await mailsOf(world);
      return calls.filter((call) => /^(accounts|sessions)\./.test(call));
    };
    const told = await lookups(known.email, '192.0.2.1');
    expect(told).to.include('accounts.findByEmail');
    expect(await lookups('nobody.at.all@example.com', '192.0.2.2')).to.deep.equal(told);
  });

  it('[97] gets three mails sent from one address, then waits: for an account, or for none', async () => {
    const known = await world.person();
    for (const login of [known.email, 'nobody.at.all@example.com']) {
      expect(await statuses(4, () => askFor(login, from('192.0.2.1')))).to.deep.equal([200, 200, 200, 429]);
    }
    const refused = await askFor(known.email, from('192.0.2.1'));
    expect(Number(refused.headers.get('retry-after'))).to.be.within(1, 15 * 60);
    expect(refused.html).to.include('one try too many');
    expect(await mailsOf(world)).to.have.length(3);
    expect((await askFor(known.email, from('192.0.2.2'))).status, 'others may').to.equal(200);
  });

  it('[97] fills no mailbox from many addresses: ten a day, then one an hour; a /64 is one address', async () => {
    const known = await world.person();
    const many = await statuses(15, (n) => askFor(known.email, from(`2001:db8:${n + 1}::1`)));
    expect(many.filter((status) => status === 200)).to.have.length(11);
    expect(await mailsOf(world)).to.have.length(11);
    world.clock.advance({ hours: 1 });
    expect(await statuses(2, (n) => askFor(known.email, from(`2001:db8:9${n}::1`)))).to.deep.equal([200, 429]);
    const other = await world.person();
    const own = await statuses(4, (n) => askFor(other.email, from(`2001:db8:1:2:${n + 1}::1`)));
    expect(own).to.deep.equal([200, 200, 200, 429]);
  });

  it('[97] shares the account’s and the address’s count with the sign-in; who used up the tries may still ask', async () => {
    const known = await world.person();
    const guesser = new Guesser(world, '192.0.2.7');
    for (let n = 0; n < 6; n += 1) await guesser.guess(known.email, `guess ${n}`);
    expect((await guesser.guess(known.email, PASSWORD)).status).to.equal(429);
    expect((await askFor(known.email, from('192.0.2.7'))).status).to.equal(200);
    // Forty-four more and this address has had its fifty, whatever they were for.
    const asked = await statuses(46, (n) => askFor(`someone${n}@example.com`, from('192.0.2.7')));
    expect(asked.filter((status) => status === 200)).to.have.length(44);
    expect((await new Guesser(world, '192.0.2.7').guess('another@example.com', 'x')).status).to.equal(429);
  });

  it('[97] guesses at links as often as an address may guess at anything, and no oftener', async () => {
    const known = await world.person();
    const url = await linkFor(known.email);
    const guess = (n: number) => from('192.0.2.9').go(`${world.issuer}/reset/${'A'.repeat(42)}${n % 10}`);
    const seen = await statuses(52, async (n) => pageOf(await guess(n)));
    expect(seen.filter((status) => status === 410)).to.have.length(50);
    expect(seen.slice(-2)).to.deep.equal([429, 429]);
    expect(pageOf(await from('192.0.2.9').go(url)).status).to.equal(429);
    // A link that is one costs nothing, and is nobody else’s matter.
    expect(await statuses(60, async () => pageOf(await from('192.0.2.10').go(url)))).to.deep.equal(Array(60).fill(200));
  });

  it('learns of no account by a link: one that never was reads like one that was used', async () => {
    const known = await world.person();
    const url = await linkFor(known.email);
    const browser = from('192.0.2.1');
    await browser.submit(pageOf(await browser.go(url)), '/reset/', twice(NEW_PASSWORD));
    const used = pageOf(await from('192.0.2.2').go(url));
    for (const made of ['A'.repeat(43), 'short', '%00', 'x'.repeat(500)]) {
      const page = pageOf(await from('192.0.2.3').go(`${world.issuer}/reset/${made}`));
      expect({ status: page.status, html: page.html }, made).to.deep.equal({ status: used.status, html: used.html });
    }
  });
});
