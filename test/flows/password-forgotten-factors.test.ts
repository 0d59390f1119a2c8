import { expect } from 'chai';
import { pageOf } from '../support/authorization.ts';
import { formsOf } from '../support/browser.ts';
import { personWithTotp } from '../support/factors.ts';
import { forgottenIn } from '../support/forgotten.ts';
import { eventsOf, NEW_PASSWORD, twice } from '../support/passwords.ts';
import { openWorld, PASSWORD, type World } from '../support/world.ts';

describe('a forgotten password of an account that has more than one', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  const { linkFor, open } = forgottenIn(() => world);

  it('[102] never goes around a second factor: it is asked for before the new password is', async () => {
    const person = await personWithTotp(world);
    const url = await linkFor(person.email);
    const { browser, page } = await open(url);
    expect(page.html).to.include('a mail does not stand in for that').and.not.include('name="new_password"');
    // The form of the new password, made up.
    const { csrf = '' } = formsOf(page)[0]?.fields ?? {};
    const made = async (ticket: string) =>
      pageOf(
        await browser.go(url, {
          method: 'POST',
          body: new URLSearchParams({ csrf, ticket, ...twice(NEW_PASSWORD) }),
          headers: { origin: browser.origin },
        }),
      );
    for (const ticket of ['', 'made up']) expect((await made(ticket)).html).to.include('name="code"');
    const wrong = pageOf(await browser.submit(page, '/code', { code: '000000' }));
    expect(wrong.status).to.equal(422);
    expect(await world.server.accounts?.verifyPassword(person.sub, PASSWORD)).to.equal(true);

    const choice = pageOf(await browser.submit(page, '/code', { code: person.code() }));
    const { ticket = '' } = formsOf(choice)[0]?.fields ?? {};
    // Of this link alone.
    const second = await linkFor(person.email);
    const other = await open(second, browser);
    const { csrf: theirs = '' } = formsOf(other.page)[0]?.fields ?? {};
    const crossed = await browser.go(second, {
      method: 'POST',
      body: new URLSearchParams({ csrf: theirs, ticket, ...twice(NEW_PASSWORD) }),
      headers: { origin: browser.origin },
    });
    expect(pageOf(crossed).html).to.include('name="code"');
    const again = pageOf(await browser.submit(other.page, '/code', { code: person.code() }));
    const weak = pageOf(await browser.submit(again, '/reset/', twice('seven 7')));
    expect(weak.status, 'a weak one costs no second code').to.equal(422);
    expect(pageOf(await browser.submit(weak, '/reset/', twice(NEW_PASSWORD))).status).to.equal(200);
    const types = (await eventsOf(world, person.sub)).map(({ type }) => type);
    expect(types.filter((type) => type === 'signed_in')).to.have.length(1);
  });

  it('[102] takes a recovery code in the factor’s place, once; what was shown lasts ten minutes', async () => {
    const person = await personWithTotp(world);
    const url = await linkFor(person.email);
    const { browser, page } = await open(url);
    const [code = ''] = person.recovery;
    const choice = pageOf(await browser.submit(page, '/recovery', { code }));
    expect(choice.html).to.include('name="new_password"');
    expect(pageOf(await browser.submit(page, '/recovery', { code })).status).to.equal(422);
    world.clock.advance({ minutes: 11 });
    const late = pageOf(await browser.submit(choice, '/reset/', twice(NEW_PASSWORD)));
    expect(late.html).to.include('name="code"');
    expect(await world.server.accounts?.verifyPassword(person.sub, PASSWORD)).to.equal(true);
  });
});
