import { expect } from 'chai';
import type { Mail } from '../../server/mail/port.ts';
import { turningClock } from '../support/clock.ts';
import { personWithTotp } from '../support/factors.ts';
import { linkIn, mailsOf } from '../support/mails.ts';
import type { Phone } from '../support/phone.ts';
import { openWorld, type World } from '../support/world.ts';

/** Its refresh token comes back: two parties held it. */
const stealFrom = async (phone: Phone): Promise<void> => {
  const stolen = phone.refreshToken;
  await phone.refresh();
  await phone.refresh();
  turningClock.advance({ minutes: 10 });
  await phone.refreshWith(stolen);
};

describe('notices by mail', () => {
  after(() => turningClock.reset());
  let world: World;
  beforeEach(async () => {
    world = await openWorld({ placeOf: async () => 'Berlin' });
  });
  afterEach(() => world.close());

  const newest = async (): Promise<Mail> => {
    const [mail] = await mailsOf(world);
    if (!mail) throw new Error('no mail');
    return mail;
  };

  it('tell of a changed password: to the account’s address, when, and a link to say that it was somebody else', async () => {
    const person = await world.person();
    const from = { address: '203.0.113.9' };
    await world.server.accounts?.setPassword(person.sub, 'another long walk by the sea', undefined, from);
    const mail = await newest();
    expect(mail).to.include({ kind: 'password_changed', accountId: person.sub, to: person.email });
    expect(mail.subject).to.equal('Your password was changed');
    expect(mail.text).to.include('Address: 203.0.113.9').and.include('About where: Berlin');
    expect(linkIn(mail)).to.match(new RegExp(`^${world.issuer}/not-me/`));
  });

  it('tell of a refresh token that came back, with what it means, the app and the device', async () => {
    await stealFrom(await world.signedIn('phone', { device_name: 'Pixel of Ada' }));
    const mail = await newest();
    expect(mail.kind).to.equal('session_ended');
    expect(mail.subject).to.equal('You were signed out for your safety');
    expect(mail.text).to.include('used by two parties').and.include('Device: Pixel of Ada').and.include('App: Phone');
  });

  it('tell of a device that the account was not seen on, and not of its first, nor of one that is known', async () => {
    const person = await world.person();
    const browser = world.browser();
    await world.signedIn('phone', { person, browser });
    await world.signedIn('relaxed', { person, browser });
    expect(await mailsOf(world)).to.deep.equal([]);
    await world.signedIn('phone', { person, device_name: 'Somebody’s phone' });
    const [mail, ...more] = await mailsOf(world);
    expect(more).to.deep.equal([]);
    expect(mail).to.include({ kind: 'new_device', subject: 'A new device signed in to your account' });
    expect(mail?.text).to.include('Device: Somebody’s phone').and.include('if you have lost the device');
  });

  it('call a device that its app gives no name as the list of devices does', async () => {
    const person = await world.person();
    await world.signedIn('phone', { person });
    const browser = world.browser('Mozilla/5.0 (Macintosh; Intel Mac OS X 15_7) Chrome/142.0 Safari/537.36');
    await world.signedIn('phone', { person, browser });
    expect((await newest()).text).to.include('Device: Chrome on macOS\n');
  });

  it('tell of a way to sign in that was added, and of one that was removed', async () => {
    const person = await personWithTotp(world);
    const added = (await mailsOf(world)).filter(({ kind }) => kind === 'factor_added');
    expect(added.map(({ to }) => to)).to.include(person.email);
    expect(added.map(({ text }) => text).join())
      .to.include('an authenticator app')
      .and.include('recovery codes');
    const [factor] = (await world.server.factors.list(person.sub)).filter(({ kind }) => kind === 'totp');
    await world.server.factors.remove(person.sub, factor?.id ?? '');
    expect((await mailsOf(world)).map(({ kind }) => kind)).to.include('factor_removed');
  });

  it('tell in one mail what an administrator ended at once, and nothing of what a person chose', async () => {
    const person = await world.person();
    const phones = [];
    const browser = world.browser();
    for (const client of ['phone', 'relaxed', 'norefresh'])
      phones.push(await world.signedIn(client, { person, browser }));
    await phones[0]?.revoke();
    expect(await mailsOf(world)).to.deep.equal([]);
    await world.server.sessions.endAll(person.sub, 'admin');
    expect(await mailsOf(world), 'there may be more of them').to.deep.equal([]);
    turningClock.advance({ seconds: 11 });
    const [mail, ...more] = await mailsOf(world);
    expect(more).to.deep.equal([]);
    // Two apps, and the browser.
    expect(mail?.text).to.include('ended 3 sign-ins of your account');
  });

  it('tell of a disabled account, without a link; and nobody of one that is gone', async () => {
    const person = await world.person();
    await world.server.accounts?.disable(person.sub);
    const mail = await newest();
    expect(mail.kind).to.equal('account_disabled');
    expect(linkIn(mail)).to.equal('');
    const gone = await world.person();
    await world.server.accounts?.setPassword(gone.sub, 'another long walk by the sea');
    await world.server.accounts?.remove(gone.sub);
    expect(
      (await mailsOf(world)).filter(({ accountId, kind }) => accountId === gone.sub && kind !== 'password_changed'),
    ).to.deep.equal([]);
  });

  it('speak the language of the app that the person used before, not that of the stranger’s browser', async () => {
    const person = await world.person();
    await world.signedIn('phone', { person, ui_locales: 'de-AT en' });
    // Read late, when the stranger's app is the one that was used last.
    const { outboxes } = world.server.store;
    const seen = await outboxes.find('notices');
    if (!seen) throw new Error('no outbox');
    await outboxes.replace({ ...seen, lease: { holder: 'another', untilMs: turningClock.nowMs() + 60_000 } });
    await world.signedIn('relaxed', { person, ui_locales: 'ar' });
    turningClock.advance({ seconds: 61 });
    const mail = await newest();
    expect(mail.kind).to.equal('new_device');
    expect(mail.subject).to.equal('Ein neues Gerät hat sich bei Ihrem Konto angemeldet');
    expect(mail.text)
      .to.include('Gerät: ')
      .and.not.match(/\{\w+\}/);
  });

  it('show names that strangers chose as names: nothing in them becomes a link', async () => {
    const person = await world.person();
    await world.signedIn('phone', { person });
    const name = 'Your bank: https://evil.example/pay www.evil.example x@evil.example';
    await world.signedIn('phone', { person, device_name: name });
    const mail = await newest();
    expect(mail.subject).not.to.include('bank');
    const [line = ''] = mail.text.split('\n').filter((one) => one.startsWith('Device:'));
    expect(line).to.include('Your bank');
    expect(line).not.to.match(/:\/\/|@\S|\w\.\w/);
  });
});
