import { expect } from 'chai';
import { cookie, pageFor, pageOf, post, wordFor } from '../support/authorization.ts';
import { Meeting } from '../support/meeting.ts';
import { openWorld, type World } from '../support/world.ts';

const TIMES = 20;
/** Tries at a password that one address has before it must wait. */
const TRIES = 4;

describe('an interaction, which is answered once', () => {
  const meeting = new Meeting();
  let world: World;
  let person: { sub: string; email: string; password: string };
  before(async () => {
    world = await openWorld({ wrapStore: meeting.wrapStore });
    person = await world.person();
  });
  after(() => world.close());

  const credentials = () => ({ login: person.email, password: person.password });
  const parallel = <Result>(work: () => Promise<Result>, length = TIMES) => Promise.all(Array.from({ length }, work));
  const codesIn = (words: readonly string[]) => words.filter((word) => word === 'code');

  it('gives one code to an answer that is resumed many times at once', async () => {
    const { browser } = world.phone();
    const page = await pageFor(world.phone('phone', browser));
    const resume = (await post(browser, page, '/login', credentials())).headers.get('location') ?? '';
    // Each of them holds the cookies as they were before the first answer.
    const cookies = await browser.jar.getCookieString(resume);
    meeting.call('interaction', TIMES);
    const replies = await parallel(() => fetch(resume, { headers: { cookie: cookies }, redirect: 'manual' }));
    const codes = replies.filter((reply) => reply.headers.get('location')?.includes('code='));
    expect(codes).to.have.length(1);
    for (const reply of replies.filter((one) => !codes.includes(one))) {
      expect(reply.status).to.equal(400);
      expect(reply.headers.getSetCookie().join(), 'nor a session').to.not.match(/curfew-session=[^;]/);
    }
    expect(wordFor(await browser.go(resume)), 'nor later').to.equal('400');
  });

  it('gives one code to a form that is sent many times at once', async () => {
    const phone = world.phone();
    const page = await pageFor(phone);
    const landings = await parallel(() => phone.browser.submit(page, '/login', credentials()), TRIES);
    const words = landings.map(wordFor);
    expect(codesIn(words)).to.have.length(1);
    expect(new Set(words), words.join()).to.have.property('size', 2);
  });

  it('gives one code to a tap that comes many times at once, and one to consent', async () => {
    const phone = await world.signedIn('phone', { person });
    for (const [client, which] of [
      ['relaxed', '/continue'],
      ['other', '/consent'],
    ] as const) {
      const page = await pageFor(world.phone(client, phone.browser));
      const words = (await parallel(() => phone.browser.submit(page, which))).map(wordFor);
      expect(codesIn(words), `${client}: ${words}`).to.have.length(1);
    }
    expect(wordFor({ page: await pageFor(phone) }), 'and the browser is still signed in').to.equal('continue');
  });

  it('has one outcome where yes and no arrive together', async () => {
    const phone = world.phone();
    const page = await pageFor(phone);
    const landings = await Promise.all([
      phone.browser.submit(page, '/login', credentials()),
      phone.browser.submit(page, '/abort'),
    ]);
    const answers = landings.map(wordFor).filter((word) => word === 'code' || word === 'access_denied');
    expect(answers).to.have.length(1);
  });

  it('is over for the back button: the page says to start again, and its form does nothing', async () => {
    const phone = await world.signedIn('phone', { person });
    const page = await pageFor(phone, { prompt: 'login' });
    expect(wordFor(await phone.browser.submit(page, '/login', credentials()))).to.equal('code');
    const held = await cookie(phone.browser, 'curfew-session');
    expect(pageOf(await phone.browser.go(page.url)).html).to.include('Please start again');
    const second = await world.person();
    for (const who of [credentials(), { login: second.email, password: second.password }]) {
      const again = pageOf(await phone.browser.submit(page, '/login', who));
      expect(again).to.have.property('status', 400);
      expect(again.html).to.include('Please start again');
    }
    expect(await cookie(phone.browser, 'curfew-session'), 'the session').to.equal(held);
    await phone.signIn(undefined, { redirect_uri: 'https://phone.example.com/callback' });
    expect(phone.idClaims()['sub']).to.equal(person.sub);
  });

  it('is over once it was cancelled', async () => {
    const phone = world.phone();
    const page = await pageFor(phone);
    expect(wordFor(await phone.browser.submit(page, '/abort'))).to.equal('access_denied');
    expect(wordFor(await phone.browser.submit(page, '/login', credentials()))).to.equal('400');
  });

  it('shows its question again to a reload, also where its form was just answered with a page', async () => {
    const phone = world.phone();
    const page = await pageFor(phone);
    const wrong = pageOf(await phone.browser.submit(page, '/login', { login: person.email, password: 'wrong' }));
    expect(wrong.status).to.equal(422);
    expect(wrong.html).to.include('do not match').and.not.include('value="wrong"');
    expect(wordFor(await phone.browser.go(`${page.url}/login`))).to.equal('login');
    expect(wordFor(await phone.browser.submit(wrong, '/login', credentials()))).to.equal('code');
  });

  it('is its own: two of one browser are answered in any order', async () => {
    const { browser } = world.phone();
    const [first, second] = [world.phone('phone', browser), world.phone('relaxed', browser)];
    const pages = [await pageFor(first), await pageFor(second)] as const;
    expect(wordFor(await browser.submit(pages[1], '/login', credentials()))).to.equal('code');
    expect(wordFor(await browser.submit(pages[0], '/login', credentials()))).to.equal('code');
  });
});
