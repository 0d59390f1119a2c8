import { expect } from 'chai';
import { answerTo, ask, claimed, leftOf, PAYMENT, pageFor, pageOf, wordFor } from '../support/authorization.ts';
import type { Phone } from '../support/phone.ts';
import { openWorld, type World } from '../support/world.ts';

const UNMET = 'unmet_authentication_requirements';

const essential = (acr: object) => ({ claims: JSON.stringify({ id_token: { acr: { essential: true, ...acr } } }) });

describe('how strong a sign-in has to be, and whose', () => {
  let world: World;
  let strict: World;
  let person: { email: string; password: string };
  before(async () => {
    world = await openWorld();
    strict = await openWorld({ config: { scopes: { 'payments:write': { acr: 'mfa', maxAgeSeconds: 300 } } } });
    person = await world.person();
  });
  after(() => Promise.all([world.close(), strict.close()]));
  afterEach(() => world.clock.reset());

  const again = (phone: Phone, params: Record<string, string>) =>
    answerTo(phone, { redirect_uri: claimed(phone.clientId), ...params });

  describe('an essential acr', () => {
    it('[23] that nobody here can reach is an error at once: no lower token, no page, no loop', async () => {
      const signedIn = await world.signedIn('phone', { person });
      for (const acr of [{ value: 'PWD' }, { values: [] }]) {
        for (const phone of [world.phone(), signedIn]) {
          expect(await again(phone, essential(acr)), JSON.stringify(acr)).to.equal(UNMET);
        }
        expect(await again(signedIn, { ...essential(acr), prompt: 'none' })).to.equal(UNMET);
      }
      expect(await again(world.phone(), essential({ values: 'pwd' }))).to.equal('invalid_request');
    });

    it('[23] that this account has no factor for ends in that error, after a page that says how to set one up', async () => {
      for (const acr of [{ value: 'mfa' }, { values: ['mfa', 'phr'] }]) {
        const signedIn = await world.signedIn('phone', { person });
        expect(await again(signedIn, { ...essential(acr), prompt: 'none' })).to.equal(UNMET);
        const fresh = world.phone();
        const start = await pageFor(fresh, { redirect_uri: claimed('phone'), ...essential(acr) });
        const right = { login: person.email, password: person.password };
        const told = [
          pageOf(await fresh.browser.submit(start, '/login', right)),
          await pageFor(signedIn, { redirect_uri: claimed('phone'), ...essential(acr) }),
        ];
        for (const [n, page] of told.entries()) {
          expect(page.html)
            .to.include(`${world.issuer.replace(/^http:..[^/]+/, '')}/factors`)
            .and.include('set up');
          const back = await [fresh, signedIn][n]?.browser.submit(page, '/unmet');
          expect(back && wordFor(back)).to.equal(UNMET);
        }
        expect(await again(signedIn, {}), 'the session is as it was').to.equal('code');
      }
    });

    it('[23] that a password reaches is met by one, once', async () => {
      for (const acr of [{ value: 'pwd' }, { values: ['mfa', 'pwd'] }]) {
        const phone = world.phone();
        await phone.signIn(person, essential(acr));
        expect(phone.idClaims()).to.include({ acr: 'pwd' });
        expect(await again(phone, essential(acr))).to.equal('code');
      }
    });

    it('[94] wished for, yet not essential, is told truly: the sign-in stays what it was', async () => {
      const phone = world.phone();
      await phone.signIn(person, { acr_values: 'phr mfa' });
      expect(phone.idClaims()).to.deep.include({ acr: 'pwd', amr: ['pwd'] });
      expect(await world.introspect(phone.tokens.access_token)).to.include({ acr: 'pwd' });
      await phone.refresh();
      expect(await world.introspect(phone.tokens.access_token)).to.include({ acr: 'pwd' });
    });

    it('[23] [94] that a sensitive scope demands is an error too, and gives no token with it', async () => {
      const phone = await strict.signedIn();
      for (const params of [PAYMENT, { ...PAYMENT, max_age: '60' }]) {
        expect(await again(phone, { ...params, prompt: 'none' })).to.equal(UNMET);
        expect(await again(phone, params)).to.equal('unmet');
      }
      expect(await again(strict.phone(), PAYMENT)).to.equal('login');
    });
  });

  describe('an id_token_hint', () => {
    it('[24] of another person: login_required with prompt=none, else a page for that person', async () => {
      const [mine, theirs] = [await world.signedIn('phone', { person }), await world.signedIn()];
      const id_token_hint = theirs.tokens.id_token;
      expect(await again(mine, { id_token_hint, prompt: 'none' })).to.equal('login_required');
      expect(await again(mine, { id_token_hint: mine.tokens.id_token, prompt: 'none' })).to.equal('code');
      expect(await again(mine, { id_token_hint })).to.equal('login');
    });

    it('[24] shows whose sign-in it wants, and takes no other', async () => {
      const owner = await world.person();
      const theirs = await world.signedIn('phone', { person: owner });
      const mine = await world.signedIn('phone', { person });
      for (const phone of [mine, world.phone()]) {
        const page = await pageFor(phone, { id_token_hint: theirs.tokens.id_token });
        expect(page.html).to.include(owner.email).and.not.include(person.email);
        const wrong = await phone.browser.submit(page, '/login', { login: person.email, password: person.password });
        expect(pageOf(wrong)).to.have.property('status', 422);
        const right = await phone.browser.submit(pageOf(wrong), '/login', { password: owner.password });
        expect(wordFor(right)).to.equal('code');
      }
    });

    it('[24] is not forgotten on the way back from the page, by one who does not answer it', async () => {
      const theirs = await world.signedIn();
      const mine = await world.signedIn('phone', { person });
      const page = await pageFor(mine, { id_token_hint: theirs.tokens.id_token, redirect_uri: claimed('phone') });
      const resume = page.url.replace('/interaction/', '/auth/');
      expect(wordFor(await mine.browser.go(resume))).to.equal('login_required');
    });

    it('[24] is refused where its signature does not hold, or another app got it', async () => {
      const phone = await world.signedIn('phone', { person });
      const [header, payload] = phone.tokens.id_token.split('.');
      const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
      const foreign = (await world.signedIn('relaxed', { person })).tokens.id_token;
      for (const id_token_hint of [`${header}.${payload}.AAAA`, unsigned, foreign, 'x', phone.tokens.access_token]) {
        expect(await again(phone, { id_token_hint }), id_token_hint).to.equal('invalid_request');
      }
    });

    it('[24] [94] does not sign anyone in, however right it is', async () => {
      const id_token_hint = (await world.signedIn('phone', { person })).tokens.id_token;
      expect(await again(world.phone(), { id_token_hint })).to.equal('login');
      expect(await again(world.phone(), { id_token_hint, prompt: 'none' })).to.equal('login_required');
    });
  });

  it('[24] asks for the person whom the claims parameter names, and answers with no other', async () => {
    const phone = await world.signedIn('phone', { person });
    const sub = { claims: JSON.stringify({ id_token: { sub: { value: 'somebody-else' } } }) };
    expect(await again(phone, { ...sub, prompt: 'none' })).to.equal('login_required');
    const { landing } = await ask(phone, sub);
    const next = await phone.browser.submit(pageOf(landing), '/login', {
      login: person.email,
      password: person.password,
    });
    expect(wordFor(next), 'the wrong person').to.not.equal('code');
  });

  it('[22] tells auth_time, acr and amr of the sign-in, whichever app of the browser asks', async () => {
    const phone = await world.signedIn('phone', { person });
    world.clock.advance({ hours: 1 });
    const reader = world.phone('relaxed', phone.browser);
    await reader.signIn(undefined, { max_age: '' });
    const { auth_time, acr, amr } = phone.idClaims();
    expect(reader.idClaims()).to.deep.include({ auth_time, acr, amr });
    expect(leftOf((await ask(reader, { redirect_uri: claimed('relaxed') })).landing).searchParams.has('code')).to.equal(
      true,
    );
  });
});
