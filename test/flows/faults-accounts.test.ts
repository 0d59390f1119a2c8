import { expect } from 'chai';
import type { Accounts, Person } from '../../server/accounts/store.ts';
import { FAULTS, type Fault, HANGS } from '../support/faults.ts';
import type { Phone } from '../support/phone.ts';
import { openWorld, type World } from '../support/world.ts';

const ANN = { email: 'ann@host.example.com', password: 'the password of ann at the host' };

/** A host's own users: an instance of a class, as an ORM's repository is. */
class HostUsers implements Accounts {
  fault: Fault | undefined;
  gone = false;

  #answer<T>(value: T): Promise<T> {
    return this.fault ? (this.fault(() => value) as Promise<T>) : Promise.resolve(value);
  }

  find(sub: string): Promise<Person | undefined> {
    return this.#answer(sub === 'ann' && !this.gone ? { sub } : undefined);
  }

  findByLogin(login: string): Promise<Person | undefined> {
    return this.#answer(login === ANN.email ? { sub: 'ann' } : undefined);
  }

  verifyPassword(_sub: string, password: string): Promise<boolean> {
    return this.#answer(password === ANN.password);
  }

  claims(sub: string): Promise<Readonly<Record<string, unknown>>> {
    return this.#answer({ sub, email: ANN.email });
  }
}

describe('a host’s own users, whose database fails', () => {
  const users = new HostUsers();
  let world: World;
  let phone: Phone;
  before(async () => {
    world = await openWorld({ accounts: users, config: { storeTimeoutSeconds: 1 } });
    phone = await world.signedIn('phone', { person: ANN });
  });
  afterEach(() => {
    users.fault = undefined;
    users.gone = false;
  });
  after(() => world.close());

  for (const [how, fault] of Object.entries({ ...FAULTS, 'never answers': HANGS })) {
    it(`is unavailable, and no verdict on anybody, where it ${how}`, async () => {
      users.fault = fault;
      const { status, headers, body } = await phone.refreshWith(phone.refreshToken);
      expect({ status, error: body['error'] }).to.deep.equal({ status: 503, error: undefined });
      expect(Number(headers.get('retry-after'))).to.be.greaterThan(0);
      const { browser } = world.phone();
      const { page } = await browser.go(phone.request().url);
      if (!page) throw new Error('there is no sign-in page');
      const tried = await browser.submit(page, '/login', { login: ANN.email, password: ANN.password });
      expect(tried.page?.status).to.equal(503);
      users.fault = undefined;
      await phone.refresh();
    });
  }

  it('is a verdict where it says that the person is gone', async () => {
    const leaver = await world.signedIn('phone', { person: ANN });
    users.gone = true;
    expect((await leaver.refreshWith(leaver.refreshToken)).body).to.have.property('error', 'invalid_grant');
  });
});
