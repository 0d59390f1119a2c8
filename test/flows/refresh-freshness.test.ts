import { expect } from 'chai';
import { tokensOf } from '../support/phone.ts';
import { openWorld, type World } from '../support/world.ts';
import { endingOf, expectRefused, PAY, stored } from './refresh-story.ts';

const other = { caller: 'otherapi', secret: 'api-secret-that-only-the-tests-know-0123456789-other' };

describe('a sensitive scope, and the sign-in that it takes', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  const told = (token: string) => world.introspect(token, other.caller, other.secret);

  it('is in the access token after the sign-in, and that token ends with the freshness', async () => {
    const phone = await world.signedIn('phone', PAY);
    expect(phone.tokens.scope.split(' ')).to.include.members(['payments:write', 'payments:read']);
    const { exp, auth_time: authTime } = (await told(phone.tokens.access_token)) as { exp: number; auth_time: number };
    expect(exp).to.equal(authTime + 300);
    world.clock.advance({ seconds: 300 });
    expect(await told(phone.tokens.access_token)).to.deep.equal({ active: false });
  });

  it('stays in a refreshed token while the sign-in is fresh, for no longer than that', async () => {
    const phone = await world.signedIn('phone', PAY);
    world.clock.advance({ seconds: 200 });
    const { scope, access_token: token } = await phone.refresh();
    expect(scope).to.contain('payments:write');
    expect(await told(token)).to.include({ active: true, exp: (await stored(world, phone)).authTime + 300 });
  });

  it('[54] drops from a refresh after 300 s, the other scopes stay, and the event is the one that was', async () => {
    const phone = await world.signedIn('phone', PAY);
    const before = await told(phone.tokens.access_token);
    world.clock.advance({ seconds: 301 });
    const { scope, expires_in: lasts } = await phone.refresh();
    expect(scope).to.equal('payments:read');
    expect(lasts).to.equal(900);
    const after = await told(phone.tokens.access_token);
    expect(after).to.include({ active: true, scope: 'payments:read' });
    for (const claim of ['acr', 'auth_time']) expect(after[claim]).to.equal(before[claim]);
    expect(after['amr']).to.deep.equal(before['amr']);
  });

  it('says what to do where a refresh asks for nothing else, and burns nothing', async () => {
    const phone = await world.signedIn('phone', PAY);
    world.clock.advance({ seconds: 301 });
    const before = await stored(world, phone);
    const reply = await phone.refreshWith(phone.refreshToken, { scope: 'payments:write' });
    expectRefused(reply, 'invalid_scope');
    expect(reply.body).to.include({ acr_values: 'pwd', max_age: 300 });
    expect(await stored(world, phone)).to.deep.equal(before);
    expect((await phone.refresh()).scope).to.equal('payments:read');
    expect(await endingOf(world, phone)).to.equal(undefined);
  });

  it('says so for a session that was granted nothing else, and goes on saying it', async () => {
    const phone = await world.signedIn('phone', { ...PAY, scope: 'openid payments:write' });
    world.clock.advance({ minutes: 10 });
    for (let tries = 0; tries < 3; tries++) {
      const reply = await phone.refreshWith(phone.refreshToken);
      expectRefused(reply, 'invalid_scope');
      expect(reply.body).to.include({ acr_values: 'pwd', max_age: 300 });
    }
    expect((await stored(world, phone)).head).to.include({ generation: 0 });
  });

  it('does not say so of a scope that was never granted', async () => {
    const phone = await world.signedIn('phone', { ...PAY, scope: 'openid payments:read' });
    world.clock.advance({ minutes: 10 });
    const reply = await phone.refreshWith(phone.refreshToken, { scope: 'payments:write' });
    expectRefused(reply, 'invalid_scope');
    expect(reply.body).to.not.have.any.keys('acr_values', 'max_age');
  });

  it('is not brought back by a retry, which has the age of the retry', async () => {
    const phone = await world.signedIn('phone', PAY);
    world.clock.advance({ seconds: 250 });
    const { from, scope } = await phone.refresh({ dropReply: true });
    expect(scope).to.contain('payments:write');
    world.clock.advance({ seconds: 60 });
    expect(tokensOf(await phone.refreshWith(from)).scope).to.equal('payments:read');
  });
});
