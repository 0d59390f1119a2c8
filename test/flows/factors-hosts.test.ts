import { expect } from 'chai';
import { claimed, PAYMENT, pageFor, pageOf, wordFor } from '../support/authorization.ts';
import { personWithTotp } from '../support/factors.ts';
import { HostUsers } from '../support/host-users.ts';
import { openWorld } from '../support/world.ts';

describe('the factors of a host application’s own users', () => {
  it('are kept here, by their sub: set up, asked for, told in tokens, and forgotten when the host says so', async () => {
    const users = new HostUsers();
    const world = await openWorld({ accounts: users });
    const person = await personWithTotp(world, users.add('ada'));
    const phone = world.phone();
    await phone.signIn(person);
    expect(phone.idClaims()).to.deep.include({ sub: person.sub, acr: 'mfa', amr: ['pwd', 'otp', 'mfa'] });
    const [app] = await world.server.factors.list(person.sub);
    expect(app).to.include({ kind: 'totp', name: 'Authenticator app' });
    expect(app).to.not.have.any.keys('state', 'secret');
    await world.server.factors.forget(person.sub);
    expect(await world.server.factors.list(person.sub)).to.deep.equal([]);
    await world.close();
  });

  it('are the host’s own affair where it says so: none is kept, asked for or offered', async () => {
    const users = new HostUsers();
    const world = await openWorld({
      accounts: users,
      factors: false,
      config: { scopes: { 'payments:write': { acr: 'mfa', maxAgeSeconds: 300 } } },
    });
    const person = users.add('bea');
    const phone = await world.signedIn('phone', { person });
    expect(phone.idClaims()).to.include({ acr: 'pwd' });
    expect(pageOf(await phone.browser.go(`${world.issuer}/factors`)).status).to.equal(404);
    const none = { ...PAYMENT, prompt: 'none', redirect_uri: claimed('phone') };
    expect(wordFor({ page: await pageFor(phone, PAYMENT) })).to.equal('unmet');
    const { left } = await phone.browser.go(phone.request(none).url);
    expect(left?.searchParams.get('error')).to.equal('unmet_authentication_requirements');
    await world.close();
  });
});
