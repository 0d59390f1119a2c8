import { expect } from 'chai';
import { turningClock } from '../support/clock.ts';
import { linkIn, mailsOf } from '../support/mails.ts';
import { openWorld, type World } from '../support/world.ts';

describe('notices by mail', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());

  it('tell of a changed password: to the account’s address, when, and a link to say that it was somebody else', async () => {
    const person = await world.person();
    const before = turningClock.now();
    await world.server.accounts?.setPassword(person.sub, 'another long walk by the sea', undefined, {
      address: '203.0.113.9',
    });
    const [mail, ...more] = await mailsOf(world);
    expect(more).to.deep.equal([]);
    expect(mail).to.include({ kind: 'password_changed', accountId: person.sub, to: person.email });
    expect(mail?.at).to.be.at.least(before);
    expect(mail?.subject).to.equal('Your password was changed');
    expect(mail?.text).to.include('Address: 203.0.113.9');
    expect(linkIn(mail)).to.match(new RegExp(`^${world.issuer}/not-me/`));
  });

  it('tell of a refresh token that came back, with what it means, the app and the device', async () => {
    const phone = await world.signedIn('phone', { device_name: 'Pixel of Ada' });
    const stolen = phone.refreshToken;
    await phone.refresh();
    await phone.refresh();
    turningClock.advance({ minutes: 10 });
    await phone.refresh();
    await phone.refreshWith(stolen);
    const [mail] = await mailsOf(world);
    expect(mail?.kind).to.equal('session_ended');
    expect(mail?.subject).to.equal('You were signed out for your safety');
    expect(mail?.text).to.include('used by two parties').and.include('Device: Pixel of Ada').and.include('App: Phone');
  });
});
