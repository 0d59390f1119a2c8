import { expect } from 'chai';
import type { Accounts, Person } from '../../server/accounts/store.ts';
import { ask, pageFor, pageOf, wordFor } from '../support/authorization.ts';
import { expectEnded } from '../support/devices.ts';
import { forgottenIn } from '../support/forgotten.ts';
import { HostUsers } from '../support/host-users.ts';
import { changeOn, eventsOf, NEW_PASSWORD, twice, visitPassword } from '../support/passwords.ts';
import { openWorld, PASSWORD, type World } from '../support/world.ts';

const ANNA = { sub: 'host|anna', email: 'anna@host.example', password: PASSWORD };

/** A host that lets us set its one user's password. */
class Setting implements Accounts {
  password = PASSWORD;
  mustChange = false;

  async find(sub: string): Promise<Person | undefined> {
    return sub === ANNA.sub ? { sub, mustChangePassword: this.mustChange } : undefined;
  }

  async findByLogin(login: string): Promise<Person | undefined> {
    return login === ANNA.email ? this.find(ANNA.sub) : undefined;
  }

  async verifyPassword(_sub: string, password: string): Promise<boolean> {
    return password === this.password;
  }

  async claims(sub: string): Promise<Readonly<Record<string, unknown>>> {
    return { sub, email: ANNA.email };
  }

  async setPassword(_sub: string, password: string): Promise<boolean> {
    if (password.includes('otter')) return false;
    this.password = password;
    this.mustChange = false;
    return true;
  }
}

describe('the passwords of a host’s own users', () => {
  let world: World;
  let host: Setting;
  beforeEach(async () => {
    host = new Setting();
    world = await openWorld({ accounts: host });
  });
  afterEach(() => world.close());

  it('are changed here where the host says how: its own rules hold too, and the sessions end', async () => {
    const phone = await world.signedIn('phone', { person: ANNA });
    const browser = world.browser();
    const page = await visitPassword(browser, world.issuer, ANNA);
    for (const refused of ['otters at dusk', 'anna@host.example', 'seven 7'])
      expect((await changeOn(browser, page, PASSWORD, refused)).status, refused).to.equal(422);
    expect(host.password).to.equal(PASSWORD);
    expect((await changeOn(browser, page, PASSWORD)).status).to.equal(200);
    expect(host.password).to.equal(NEW_PASSWORD);
    await expectEnded(world, phone, 'password_changed');
    expect((await eventsOf(world, ANNA.sub)).map(({ type }) => type)).to.include('password_changed');
  });

  it('are demanded anew where the host says so', async () => {
    host.mustChange = true;
    const phone = world.phone();
    const { landing } = await ask(phone);
    const choice = await phone.browser.submit(pageOf(landing), '/login', { login: ANNA.email, password: PASSWORD });
    expect(wordFor(choice)).to.equal('new-password');
    const left = await phone.browser.submit(pageOf(choice), '/new-password', twice(NEW_PASSWORD));
    expect(wordFor(left)).to.equal('code');
    expect({ password: host.password, must: host.mustChange }).to.deep.equal({ password: NEW_PASSWORD, must: false });
  });

  it('are replaced by a mailed link, to the address that the host tells', async () => {
    const { linkFor, choose } = forgottenIn(() => world);
    expect((await choose(await linkFor(ANNA.email))).status).to.equal(200);
    expect(host.password).to.equal(NEW_PASSWORD);
    world.clock.reset();
  });
});

describe('a host that keeps its passwords to itself', () => {
  it('has none of the pages, and no link to them', async () => {
    const users = new HostUsers();
    const world = await openWorld({ accounts: users });
    try {
      expect((await pageFor(world.phone())).html).to.not.include('/forgotten');
      for (const path of ['/forgotten', '/password', `/reset/${'A'.repeat(43)}`])
        expect((await fetch(`${world.issuer}${path}`)).status, path).to.equal(404);
      await world.signedIn('phone', { person: users.add('ben') });
    } finally {
      await world.close();
    }
  });
});
