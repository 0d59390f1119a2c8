import { expect } from 'chai';
import { openWorld, type World } from '../support/world.ts';

describe('a phone that signs in, stays signed in, and is signed out', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  it('signs in through the hosted pages, refreshes, and is seen at introspection', async () => {
    const phone = await world.signedIn();
    expect(phone.tokens.refresh_token).to.match(/^[\w-]{22}\.0\.[\w-]+\.[\w-]{43}$/);
    expect(await world.introspect(phone.tokens.access_token)).to.include({ active: true, sid: phone.sid, acr: 'pwd' });
    const { from, refresh_token: next } = await phone.refresh();
    expect(next).to.match(/\.1\./).and.not.equal(from);
    expect(await world.introspect(phone.tokens.access_token)).to.include({ active: true, sid: phone.sid });
  });

  it('keeps the phone that lost its reply, and ends the session of a token that comes back late', async () => {
    const phone = await world.signedIn();
    const lost = await phone.refresh({ dropReply: true });
    expect(await phone.refresh()).to.have.property('refresh_token', lost.refresh_token);
    world.clock.advance({ minutes: 5 });
    await phone.refresh();
    const late = await phone.refreshWith(lost.from);
    expect(late.body).to.have.property('error', 'invalid_grant');
    expect((await phone.refreshWith(phone.refreshToken)).body).to.have.property('error', 'invalid_grant');
    expect(await world.introspect(phone.tokens.access_token)).to.deep.equal({ active: false });
  });
});
