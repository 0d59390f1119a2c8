import { expect } from 'chai';
import type { Mail } from '../../server/mail/port.ts';
import { formsOf } from '../support/browser.ts';
import { turningClock } from '../support/clock.ts';
import { linkIn, mailsOf } from '../support/mails.ts';
import { JWT_API, openWorld, type World } from '../support/world.ts';

describe('the link in a notice', () => {
  after(() => turningClock.reset());
  let world: World;
  beforeEach(async () => {
    world = await openWorld();
  });
  afterEach(() => world.close());

  /** Two phones of one person, and the mail about the one whose refresh token came back. */
  const stolen = async () => {
    const person = await world.person();
    const own = await world.signedIn('phone', { person, resource: JWT_API, scope: 'openid feed:read' });
    const other = await world.signedIn('relaxed', { person, device_name: 'Strange phone' });
    const old = other.refreshToken;
    await other.refresh();
    await other.refresh();
    turningClock.advance({ minutes: 10 });
    await other.refreshWith(old);
    const [mail] = await mailsOf(world);
    return { person, own, other, mail: mail as Mail };
  };

  it('shows what it would do to whoever follows it, a scanner too, and does nothing', async () => {
    const { own, mail, person } = await stolen();
    const again = await world.signedIn('phone', { person });
    for (const method of ['GET', 'HEAD', 'GET'])
      expect((await fetch(linkIn(mail), { method, headers: { purpose: 'prefetch' } })).status, method).to.equal(200);
    const { page } = await world.browser().go(linkIn(mail));
    expect(page?.html).to.include('Was that you?').and.include('Strange phone').and.include('Reader');
    expect(page?.html, 'no more than the mail said').not.to.include(person.email);
    expect(page?.headers.get('cache-control')).to.equal('no-store');
    expect(page?.headers.getSetCookie()).to.deep.equal([]);
    expect(await own.refresh()).to.have.property('access_token');
    expect(await again.refresh()).to.have.property('access_token');
  });

  it('ends what is on that device, makes the password useless, signs nobody in, and says until when tokens last', async () => {
    const { own, mail, person } = await stolen();
    const browser = world.browser();
    const { page } = await browser.go(linkIn(mail));
    if (!page) throw new Error('no page');
    const before = turningClock.now();
    const done = await browser.submit(page, '/not-me/', { said: 'not_me' });
    expect(done.page?.status).to.equal(200);
    expect(done.page?.html).to.include('It is done').and.include('Your old password no longer works');
    expect(done.page?.headers.getSetCookie()).to.deep.equal([]);
    // The other phone is another device: it goes on.
    expect(await own.refresh()).to.have.property('access_token');
    const account = await world.server.store.accounts.find(person.sub);
    expect(account?.mustChangePassword).to.equal(true);
    expect(await world.server.accounts?.verifyPassword(person.sub, person.password)).to.equal(false);
    expect(turningClock.now()).to.be.at.least(before);
  });

  it('ends everything where the mail is about the password, and tells until when an app may go on', async () => {
    const person = await world.person();
    const phone = await world.signedIn('phone', { person, resource: JWT_API, scope: 'openid feed:read' });
    const kept = { sid: phone.sid };
    await world.server.accounts?.setPassword(person.sub, 'another long walk by the sea', kept);
    const [mail] = await mailsOf(world);
    const browser = world.browser();
    const { page } = await browser.go(linkIn(mail));
    if (!page) throw new Error('no page');
    expect(formsOf(page), 'no device to have lost').to.have.lengthOf(1);
    const done = await browser.submit(page, '/not-me/', { said: 'not_me' });
    expect(done.page?.html).to.include('Apps that check by themselves stop by').and.include('every browser');
    expect((await world.server.store.sessions.find(phone.sid))?.ended?.reason).to.equal('signed_out_elsewhere');
  });

  it('takes "I have lost this device" too: the password stays good for one sign-in', async () => {
    const { mail, person } = await stolen();
    const browser = world.browser();
    const { page } = await browser.go(linkIn(mail));
    if (!page) throw new Error('no page');
    const done = await browser.submit(page, '/not-me/', { said: 'lost' });
    expect(done.page?.html).to.include('you are asked to choose a new password');
    expect((await world.server.store.accounts.find(person.sub))?.mustChangePassword).to.equal(true);
    expect(await world.server.accounts?.verifyPassword(person.sub, person.password)).to.equal(true);
  });

  it('works once, and for seven days; then a page says so, kindly', async () => {
    const { mail } = await stolen();
    const browser = world.browser();
    const { page } = await browser.go(linkIn(mail));
    if (!page) throw new Error('no page');
    await browser.submit(page, '/not-me/', { said: 'not_me' });
    for (const landing of [
      await browser.go(linkIn(mail)),
      await browser.submit(page, '/not-me/', { said: 'not_me' }),
    ]) {
      expect(landing.page?.status).to.equal(410);
      expect(landing.page?.html).to.include('This link does nothing any more');
    }

    const person = await world.person();
    await world.server.accounts?.setPassword(person.sub, 'another long walk by the sea');
    const [late] = await mailsOf(world);
    turningClock.advance({ days: 7, seconds: -5 });
    expect((await browser.go(linkIn(late))).page?.status).to.equal(200);
    turningClock.advance({ seconds: 10 });
    expect((await browser.go(linkIn(late))).page?.status).to.equal(410);
    expect((await browser.go(`${world.issuer}/not-me/${'A'.repeat(43)}`)).page?.status, 'never was').to.equal(410);
  });

  it('is followed by our own form alone', async () => {
    const { mail, person } = await stolen();
    const { page } = await world.browser().go(linkIn(mail));
    if (!page) throw new Error('no page');
    const [form] = formsOf(page);
    const post = (fields: Record<string, string>, headers: Record<string, string>) =>
      fetch(form?.action ?? '', { method: 'POST', body: new URLSearchParams(fields), headers });
    const fields = { ...form?.fields, said: 'not_me' };
    const ours = { origin: world.issuer };
    expect((await post(fields, { origin: 'https://evil.example.com' })).status).to.equal(403);
    expect((await post(fields, {})).status).to.equal(403);
    expect((await post({ ...fields, csrf: 'x' }, ours)).status).to.equal(403);
    expect((await post({ ...fields, said: 'everything' }, ours)).status).to.equal(400);
    expect((await world.server.store.accounts.find(person.sub))?.mustChangePassword).to.equal(undefined);
    expect((await post(fields, ours)).status).to.equal(200);
  });

  it('is in no database and in no log', async () => {
    const { mail } = await stolen();
    const token = linkIn(mail).split('/').at(-1) ?? '';
    const { page } = await world.browser().go(linkIn(mail));
    if (!page) throw new Error('no page');
    await world.browser().submit(page, '/not-me/', { said: 'not_me', csrf: 'x' });
    expect(world.logged.join('\n')).not.to.include(token);
    const { DatabaseSync } = await import('node:sqlite');
    const db = new DatabaseSync(`${world.dataDir}/curfew.sqlite`, { readOnly: true });
    const tables = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
    const dump = tables.map(({ name }) => JSON.stringify(db.prepare(`SELECT * FROM ${String(name)}`).all())).join('\n');
    db.close();
    expect(dump).to.include('not_me_link');
    expect(dump).not.to.include(token);
  });
});
