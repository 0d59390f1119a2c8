import { expect } from 'chai';
import type { InteractionView } from '../../interactions/port.ts';
import { CurfewError } from '../../server/errors.ts';
import { startVisit, type Visit, type VisitOptions, viewOf } from './pages-fixture.ts';

const HOSTILE = '<script>alert(1)</script>"\'&\u202Egro.live\u0000';
const ALICE = { sub: 'alice', login: 'alice@example.com', fixed: false };

describe('the pages of an interaction', () => {
  let visit: Visit;
  const begin = (options?: VisitOptions): void => {
    visit = startVisit(options);
  };
  afterEach(() => visit.server.close());

  const show = async (view: InteractionView): Promise<string> => {
    begin({ view });
    const { text, status } = await visit.get(`/interaction/${view.uid}`);
    expect(status).to.equal(200);
    return text;
  };

  it('show the sign-in for the app, without a script, under headers of their own', async () => {
    begin();
    const { text, headers, status } = await visit.get('/interaction/uid-1');
    expect(status).to.equal(200);
    expect(text).to.include('Phone').and.include('autocomplete="username"').and.include('current-password');
    expect(text).to.match(/<html lang="en" dir="ltr">/u);
    expect(text).not.to.match(/<script|<style|style=|\son[a-z]+=|https?:\/\//iu);
    expect(headers['content-security-policy']).to.include("form-action 'self' com.example.phone:");
    expect(headers['cache-control']).to.equal('no-store');
    expect(headers['content-type']).to.equal('text/html; charset=utf-8');
    expect([...visit.results, ...visit.shown]).to.deep.equal([]);
  });

  it('fill in the hint, escaped', async () => {
    const text = await show(viewOf({ loginHint: 'a"><img src=x>@example.com' }));
    expect(text).to.include('value="a&quot;&gt;&lt;img src=x&gt;@example.com"');
  });

  for (const prompt of ['login', 'consent', 'continue'] as const) {
    it(`escape hostile names on the ${prompt} page, and drop what would reorder or hide text`, async () => {
      const account = { sub: 'a', login: HOSTILE, fixed: prompt === 'login' };
      const scopes = [{ scope: HOSTILE, resource: `https://${HOSTILE}`, sensitive: true }];
      const client = { id: 'p', name: HOSTILE, firstParty: false };
      const text = await show(viewOf({ prompt, account, scopes, client }));
      expect(text).to.include('&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp; gro.live');
      expect(text).not.to.match(/<script|undefined/u);
      // The hidden login is sent back as it is; what is shown is not.
      const shown = text.replace(/<input[^>]*>/gu, '');
      expect(shown).not.to.include('\u202E').and.not.include('\u0000');
    });
  }

  it('name what is asked in plain words, and what is sensitive apart', async () => {
    const scopes = [
      { scope: 'openid', sensitive: false },
      { scope: 'notes:read', resource: 'https://api.example.com', sensitive: false },
      { scope: 'sessions', resource: 'https://id.example.com/account', sensitive: false },
      { scope: 'payments:write', resource: 'https://api.example.com', sensitive: true },
    ];
    const text = await show(viewOf({ prompt: 'consent', account: ALICE, scopes }));
    const [ordinary = '', sensitive = ''] = text.split('Sensitive access');
    expect(ordinary).to.include('Know which account is yours').and.include('Read notes');
    expect(ordinary).to.include('See where you are signed in').and.not.include('payments');
    expect(sensitive).to.include('Write payments').and.include('payments:write').and.include('api.example.com');
    expect(sensitive).to.include('alice<wbr>@example.com');
  });

  it('say who is signed in before going on', async () => {
    const text = await show(viewOf({ prompt: 'continue', account: ALICE }));
    expect(text).to.include('alice<wbr>@example.com').and.include('/interaction/uid-1/continue');
    expect(text).to.include('Not you? Cancel').and.include('/interaction/uid-1/abort');
  });

  it('put the path of the issuer before their links', async () => {
    begin({ issuer: 'https://example.com/login' });
    const { text } = await visit.get('/interaction/uid-1');
    expect(text)
      .to.include('action="/login/interaction/uid-1/login"')
      .and.match(/href="\/login\/assets\/curfew\.\w+\.css"/u);
  });

  it('say how to start again where the interaction is over, or another one', async () => {
    begin();
    for (const fault of [undefined, new CurfewError('interaction_expired')]) {
      visit.server.close();
      begin(fault === undefined ? {} : { fault });
      const { text, status } = await visit.get('/interaction/uid-2');
      expect(status).to.equal(400);
      expect(text).to.include('interaction_expired').and.include('Start again from the app');
      expect(text).not.to.include('com.example.phone');
    }
  });

  it('answer an unexpected fault with 503 and a reference to the log, and nothing of the fault', async () => {
    begin({ fault: new Error('SECRET at /srv/store.ts:1') });
    const { text, status, headers } = await visit.get('/interaction/uid-1');
    expect(status).to.equal(503);
    expect(headers['retry-after']).to.match(/^\d+$/u);
    expect(text).not.to.match(/SECRET|store\.ts/u);
    expect(visit.logged).to.have.length(1);
    expect(text).to.include(visit.logged[0]?.correlationId);
    expect(String(visit.logged[0]?.error)).to.include('SECRET');
  });

  it('come with one stylesheet that browsers may keep, and an icon', async () => {
    begin();
    const { text } = await visit.get('/interaction/uid-1');
    const paths = [...text.matchAll(/href="(\/assets\/[^"]+)"/gu)].map(([, path]) => path ?? '');
    expect(paths).to.have.length(2);
    let bytes = text.length;
    for (const path of paths) {
      const { headers, status, body, text: css } = await visit.get(path);
      expect(status).to.equal(200);
      expect(headers['cache-control']).to.equal('public, max-age=31536000, immutable');
      expect(headers['content-type']).to.match(/^(text\/css|image\/svg\+xml)/u);
      bytes += css?.length ?? body.length;
    }
    expect(bytes).to.be.below(30_000);
    expect((await visit.get('/assets/curfew.of-another-version.css')).headers['cache-control']).to.equal('no-store');
  });
});
