import { expect } from 'chai';
import { claimed, pageFor, pageOf, wordFor } from '../support/authorization.ts';
import { factorIdsOn, personWithTotp, recoveryCodesOn, type TotpPerson, visitFactors } from '../support/factors.ts';
import { openWorld, type World } from '../support/world.ts';

describe('recovery codes', () => {
  let world: World;
  let person: TotpPerson;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());
  beforeEach(async () => {
    person = await personWithTotp(world);
  });
  afterEach(() => world.clock.reset());

  const tryCode = async (code: string) => {
    const phone = world.phone();
    const start = await pageFor(phone, { redirect_uri: claimed('phone') });
    const page = pageOf(
      await phone.browser.submit(start, '/login', { login: person.email, password: person.password }),
    );
    const landing = await phone.browser.submit(page, '/recovery', { code });
    return landing.page ? String(landing.page.status) : wordFor(landing);
  };

  it('come with the first factor: ten, shown once, kept as digests', async () => {
    expect(new Set(person.recovery)).to.have.property('size', 10);
    const stored = JSON.stringify(await world.server.store.factors.list(person.sub));
    for (const code of person.recovery) {
      expect(stored).to.not.include(code);
      expect(world.logged.join('\n')).to.not.include(code);
    }
    const page = await visitFactors(person.browser, world.issuer, person);
    expect(recoveryCodesOn(page)).to.deep.equal([]);
    expect(page.html).to.include('10 of them are unused');
  });

  it('[100] stand in for the app once each, however they are typed', async () => {
    const [first = '', second = ''] = person.recovery;
    expect(await tryCode(first)).to.equal('code');
    expect(await tryCode(first)).to.equal('422');
    expect(await tryCode(` ${second.toUpperCase().replaceAll('-', '')} `)).to.equal('code');
    expect(await tryCode('abcd-efgh-jkmn-pqrs')).to.equal('422');
  });

  it('reach what the app reaches, and the way to remove it once it is lost', async () => {
    const [code = ''] = person.recovery;
    const browser = world.browser();
    const start = pageOf(await browser.go(`${world.issuer}/factors`));
    const second = pageOf(await browser.submit(start, '/login', { login: person.email, password: person.password }));
    const page = pageOf(await browser.submit(second, '/recovery', { code }));
    const [lost = ''] = factorIdsOn(page);
    const sure = pageOf(await browser.go(`${world.issuer}/factors/remove?id=${lost}`));
    expect(pageOf(await browser.submit(sure, '/factors/remove')).html).to.include('It is removed');
    expect(await world.server.store.factors.list(person.sub), 'they go with the last factor').to.deep.equal([]);
    const phone = world.phone();
    await phone.signIn(person);
    expect(phone.idClaims()).to.deep.include({ acr: 'pwd', amr: ['pwd'] });
  });

  it('are replaced as a set: the ones before no longer work', async () => {
    const page = await visitFactors(person.browser, world.issuer, person);
    const fresh = recoveryCodesOn(pageOf(await person.browser.submit(page, '/recovery-codes')));
    expect(fresh).to.have.length(10);
    expect(await tryCode(person.recovery[0] ?? '')).to.equal('422');
    expect(await tryCode(fresh[0] ?? '')).to.equal('code');
  });

  it('are told to the event log by what they are, never by their letters', async () => {
    const [code = ''] = person.recovery;
    await tryCode(code);
    const events = await world.server.store.events.list({ accountId: person.sub, limit: 100 });
    const used = events.find(({ type, data }) => type === 'factor_used' && data?.['kind'] === 'recovery_codes');
    expect(used).to.not.equal(undefined);
    expect(JSON.stringify(events)).to.not.include(code);
    expect(events.map(({ type }) => type)).to.include.members(['factor_added', 'factor_used', 'signed_in']);
  });
});
