import { expect } from 'chai';
import type { InteractionView } from '../../interactions/port.ts';
import { startVisit, type Visit, type VisitOptions, viewOf } from './pages-fixture.ts';

const RIGHT = { login: 'alice@example.com', password: 'right' };
const FIXED: InteractionView = viewOf({ account: { sub: 'alice', login: 'alice@example.com', fixed: true } });

describe('the answers to the pages', () => {
  let visit: Visit;
  const begin = (options?: VisitOptions): void => {
    visit = startVisit(options);
  };
  afterEach(() => visit.server.close());

  it('sign in with 303, and hand on who, how and from where', async () => {
    begin();
    const { status, headers } = await visit.submit('/interaction/uid-1/login', {
      ...RIGHT,
      login: ' alice@example.com ',
    });
    expect(status).to.equal(303);
    expect(headers['location']).to.equal('https://id.example.com/auth/uid-1');
    expect(headers['cache-control']).to.equal('no-store');
    expect(visit.shown).to.deep.equal([{ sub: 'alice', epoch: 7, method: 'password', amr: ['pwd'] }]);
    expect(visit.attempts[0]).to.include({ login: 'alice@example.com', password: 'right', address: '192.0.2.7' });
  });

  it('agree, go on and cancel with 303', async () => {
    const cases = [
      ['consent', 'consent', { consent: true }],
      ['continue', 'continue', { continued: true }],
      ['consent', 'abort', { error: 'access_denied', description: 'the person cancelled' }],
      ['login', 'abort', { error: 'access_denied', description: 'the person cancelled' }],
    ] as const;
    for (const [prompt, step, result] of cases) {
      begin({ view: viewOf({ prompt }) });
      expect((await visit.submit(`/interaction/uid-1/${step}`)).status).to.equal(303);
      expect(visit.results).to.deep.equal([result]);
      visit.server.close();
    }
  });

  it('do not answer a question that was not asked', async () => {
    begin({ view: viewOf({ prompt: 'login' }) });
    expect((await visit.submit('/interaction/uid-1/consent')).status).to.equal(400);
    expect((await visit.submit('/interaction/uid-1/continue')).status).to.equal(400);
    expect([...visit.results, ...visit.shown]).to.deep.equal([]);
  });

  it('are taken once: the second finds the interaction over', async () => {
    begin();
    await visit.submit('/interaction/uid-1/login', RIGHT);
    const { status, text } = await visit.submit('/interaction/uid-1/login', RIGHT);
    expect(status).to.equal(400);
    expect(text).to.include('interaction_expired');
    expect(visit.shown).to.have.length(1);
  });

  it('ask again after a wrong password, with the email kept, the password not, and the reason announced', async () => {
    begin();
    const wrong = { login: 'alice"<b>@example.com', password: 'wr0ng-Secret' };
    const { status, text, headers } = await visit.submit('/interaction/uid-1/login', wrong);
    expect(status).to.equal(422);
    expect(headers['cache-control']).to.equal('no-store');
    expect(text).to.include('value="alice&quot;&lt;b&gt;@example.com"').and.not.include('wr0ng-Secret');
    expect(text).to.include('role="alert"').and.include('aria-describedby="problem"');
    expect(text).to.include('<title>Error: Sign in');
    expect([...visit.results, ...visit.shown]).to.deep.equal([]);
    expect((await visit.submit('/interaction/uid-1/login', RIGHT)).status).to.equal(303);
  });

  it('say the same of an account that is not there', async () => {
    begin();
    const [there, none] = await Promise.all([
      visit.submit('/interaction/uid-1/login', { login: 'alice@example.com', password: 'no' }),
      visit.submit('/interaction/uid-1/login', { login: 'nobdy@example.com', password: 'no' }),
    ]);
    expect(none?.text.replaceAll('nobdy', 'alice')).to.equal(there?.text);
  });

  it('ask for what was left empty without a try', async () => {
    begin();
    const { status, text } = await visit.submit('/interaction/uid-1/login', { login: ' ', password: '' });
    expect(status).to.equal(422);
    expect(text).to.include('Enter your email and your password.');
    expect(visit.attempts).to.deep.equal([]);
  });

  it('say how long to wait when throttled', async () => {
    begin();
    const body = { login: 'slow@example.com', password: 'right' };
    const { status, headers, text } = await visit.submit('/interaction/uid-1/login', body);
    expect(status).to.equal(429);
    expect(headers['retry-after']).to.equal('91');
    expect(text).to.include('Wait 2 minutes').and.include('value="slow@example.com"');
  });

  it('offer another try and the way back when the store is down', async () => {
    begin();
    const body = { login: 'broken@example.com', password: 'right' };
    const { status, text } = await visit.submit('/interaction/uid-1/login', body);
    expect(status).to.equal(503);
    expect(text).to.include('href="/interaction/uid-1"').and.include('href="com.example.phone:/callback"');
    expect(text).not.to.include('SECRET');
  });

  it('link to no target that an app cannot have', async () => {
    begin({ view: viewOf({ redirectUri: 'javascript:alert(1)' }) });
    const { text } = await visit.submit('/interaction/uid-1/login', { login: 'broken@example.com', password: 'right' });
    expect(text).not.to.include('javascript:');
  });

  it('lead back to the question when their address is opened', async () => {
    begin();
    const { status, headers } = await visit.get('/interaction/uid-1/login');
    expect(status).to.equal(303);
    expect(headers['location']).to.equal('/interaction/uid-1');
  });

  it('keep the account of a re-authentication, shown and known to password managers', async () => {
    begin({ view: FIXED });
    const { text } = await visit.get('/interaction/uid-1');
    expect(text).to.include('alice<wbr>@example.com').and.not.include('id="login"');
    expect(text).to.match(/<input class="unseen"[^>]*value="alice@example.com" autocomplete="username" readonly/u);
    expect((await visit.submit('/interaction/uid-1/login', RIGHT)).status).to.equal(303);
  });

  it('refuse another account in a re-authentication, and change nothing', async () => {
    begin({ view: FIXED });
    const bob = { login: 'bob@example.com', password: 'right' };
    const { status, text } = await visit.submit('/interaction/uid-1/login', bob);
    expect(status).to.equal(422);
    expect(text).to.include('another account').and.not.include('bob');
    expect([...visit.results, ...visit.shown]).to.deep.equal([]);
  });
});
