import { expect } from 'chai';
import { answerTo, ask, claimed, cookie, leftOf, pageOf, push, pushed, wordFor } from '../support/authorization.ts';
import { Meeting } from '../support/meeting.ts';
import { basic, openWorld, standardConfig, type World } from '../support/world.ts';

const SECRET = 'web-secret-that-only-the-tests-know-0123456789';

describe('authorization requests that are pushed (RFC 9126)', () => {
  const meeting = new Meeting();
  let world: World;
  before(async () => {
    const careful = {
      client_id: 'careful',
      token_endpoint_auth_method: 'none' as const,
      redirect_uris: [claimed('careful')],
      require_pushed_authorization_requests: true,
      first_party: true,
    };
    world = await openWorld({
      wrapStore: meeting.wrapStore,
      config: { clients: [...standardConfig.clients, careful] },
    });
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  const web = () => world.phone('web');
  const webRequest = () =>
    Object.fromEntries(new URL(web().request({ redirect_uri: claimed('web') }).url).searchParams);

  it('[26] takes a POST alone, no request_uri inside, and of a confidential client its secret', async () => {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      expect((await fetch(`${world.issuer}/request`, { method })).status, method).to.be.oneOf([404, 405]);
    }
    const uri = { request_uri: 'urn:ietf:params:oauth:request_uri:x' };
    const inside = await pushed(world, { ...webRequest(), ...uri }, { authorization: basic('web', SECRET) });
    expect(inside.status).to.equal(400);
    for (const headers of [{}, { authorization: basic('web', 'wrong') }, { authorization: basic('phone', '') }]) {
      const refused = await pushed(world, webRequest(), headers as Record<string, string>);
      expect(refused.body['error']).to.be.oneOf(['invalid_client', 'invalid_request']);
      expect(refused.body).to.not.have.property('request_uri');
    }
    const taken = await pushed(world, webRequest(), { authorization: basic('web', SECRET) });
    expect(taken).to.have.property('status', 201);
    expect(taken.body['expires_in']).to.be.within(1, 60);
    expect(taken.headers.get('cache-control')).to.include('no-store');
  });

  it('[26] is as strict with what is pushed as with what a browser brings', async () => {
    for (const params of [
      { code_challenge_method: 'plain' },
      { code_challenge: '' },
      { response_type: 'token' },
      { resource: 'https://unknown.example.com' },
      { max_age: '-1' },
      { prompt: 'none login' },
    ]) {
      const query = Object.fromEntries(
        new URL(world.phone().request(params as Record<string, string>).url).searchParams,
      );
      expect(await pushed(world, query), JSON.stringify(params)).to.have.property('status', 400);
    }
  });

  it('[112] keeps nothing of a request that is longer than any app’s', async () => {
    const { url } = world.phone().request({ state: 'x'.repeat(17_000) });
    const query = Object.fromEntries(new URL(url).searchParams);
    const { status, body } = await pushed(world, query);
    expect({ status, error: body['error'] }).to.deep.equal({ status: 400, error: 'invalid_request' });
    const longest = world.phone().request({ state: 'x'.repeat(10_000) });
    expect((await pushed(world, Object.fromEntries(new URL(longest.url).searchParams))).status).to.equal(201);
  });

  it('[27] serves its request once, to its client, and for a minute', async () => {
    const phone = world.phone();
    const person = await world.person();
    const pending = await push(world, phone);
    const stolen = pending.url.replace('client_id=phone', 'client_id=relaxed');
    expect(pageOf(await world.browser().go(stolen))).to.have.property('status', 400);

    const code = phone.code(await phone.authorize(pending, person), pending);
    expect(await phone.exchange(code, pending)).to.have.property('status', 200);
    expect(wordFor(await phone.browser.go(pending.url))).to.be.oneOf(['400', 'invalid_request_uri']);

    const late = await push(world, phone);
    world.clock.advance({ seconds: 61 });
    expect(wordFor(await phone.browser.go(late.url))).to.be.oneOf(['400', 'invalid_request_uri']);
  });

  it('[27] lets what is added in the browser change nothing of it', async () => {
    const phone = world.phone();
    const pending = await push(world, phone);
    const bent = `${pending.url}&scope=openid+payments%3Awrite&redirect_uri=https%3A%2F%2Fevil.example%2F&state=other`;
    const left = await phone.authorize({ ...pending, url: bent }, await world.person());
    expect(left.href).to.match(/^com\.example\.phone:\/callback\?/);
    expect(phone.code(left, pending)).to.match(/./);
  });

  it('[27] gives one code for it to 50 authorizations in parallel', async () => {
    const phone = await world.signedIn();
    const pending = await push(world, phone, { redirect_uri: claimed('phone') });
    meeting.call('pushed_request', 50);
    const landings = await Promise.all(Array.from({ length: 50 }, () => phone.browser.go(pending.url)));
    const words = landings.map(wordFor);
    expect(words.filter((word) => word === 'code')).to.have.length(1);
    expect(new Set(words)).to.have.property('size', 2);
  });

  it('[27] gives one code to two browsers that both opened it in time, and finished late', async () => {
    const [one, two] = [world.phone(), world.phone()];
    const person = await world.person();
    const pending = await push(world, one);
    const landings = [await one.browser.go(pending.url), await two.browser.go(pending.url)] as const;
    world.clock.advance({ minutes: 5 });
    expect(wordFor(await one.answer(landings[0], person))).to.equal('code');
    expect(wordFor(await two.answer(landings[1], person))).to.not.equal('code');
  });

  it('[27] spends it by an answer, not by a person who thinks it over', async () => {
    const phone = world.phone();
    const pending = await push(world, phone);
    expect(wordFor(await phone.browser.go(pending.url))).to.equal('login');
    const left = await phone.authorize(pending, await world.person());
    expect(wordFor({ left })).to.equal('code');
    expect(await cookie(phone.browser, 'curfew-session')).to.be.a('string');
  });

  it('[28] refuses a client that must push and does not', async () => {
    const careful = world.phone('careful');
    const redirect_uri = claimed('careful');
    expect(await answerTo(careful, { redirect_uri })).to.equal('invalid_request');
    expect(leftOf((await ask(careful, { redirect_uri })).landing).searchParams.has('code')).to.equal(false);
    const pending = await push(world, careful, { redirect_uri });
    expect(wordFor({ left: await careful.authorize(pending, await world.person()) })).to.equal('code');
  });
});
