import { expect } from 'chai';
import { claimed, pageFor, pageOf } from '../support/authorization.ts';
import type { Page } from '../support/browser.ts';
import { openWorld, standardConfig, type World } from '../support/world.ts';

const EVIL = `"><script>alert(1)</script><img src=x onerror=alert(1)>{{7777*7777}}<%= 7777*7777 %>`;

describe('the headers and the text of the hosted pages', () => {
  let world: World;
  let person: { email: string; password: string };
  const pages = new Map<string, Page>();

  before(async () => {
    const named = { ...standardConfig.clients[3], client_id: 'named', client_name: EVIL };
    world = await openWorld({ config: { clients: [...standardConfig.clients, named] } });
    person = await world.person();
    const browser = world.browser();
    const phone = world.phone('other', browser);
    const credentials = { login: person.email, password: person.password };
    const signIn = await pageFor(phone);
    pages.set('sign in', signIn);
    pages.set('sign in, refused', pageOf(await browser.submit(signIn, '/login', { login: EVIL, password: 'wrong' })));
    pages.set('consent', pageOf(await browser.submit(signIn, '/login', credentials)));
    pages.set('continue', await pageFor(world.phone('phone', browser)));
    pages.set('confirm', await pageFor(phone, { max_age: '0' }));
    pages.set('expired', pageOf(await browser.go(`${world.issuer}/interaction/nothing`)));
    pages.set('forged', pageOf(await browser.submit(signIn, '/login', {}, { origin: 'https://evil.example' })));
    pages.set('error', pageOf(await browser.go(`${world.issuer}/auth?client_id=${encodeURIComponent(EVIL)}`)));
    pages.set('bad redirect', await pageFor(phone, { redirect_uri: EVIL }));
    pages.set('hints', await pageFor(world.phone(), { login_hint: EVIL, ui_locales: EVIL, display: EVIL }));
    const redirect_uri = 'com.example.other:/callback';
    pages.set('named by the enemy', await pageFor(world.phone('named'), { redirect_uri }));
    pages.set('nowhere', pageOf(await browser.go(`${world.issuer}/nowhere/${encodeURIComponent(EVIL)}`)));
    const out = pageOf(await browser.go(`${world.issuer}/session/end`));
    pages.set('sign out?', out);
    pages.set('signed out', pageOf(await browser.submit(out, '/session/end/confirm', { logout: 'yes' })));
  });
  after(() => world.close());

  const all = (check: (page: Page, name: string) => void) => () => {
    expect(pages).to.have.property('size', 14);
    for (const [name, page] of pages) check(page, name);
  };
  const html = (check: (page: Page, name: string) => void) =>
    all((page, name) => {
      if (/^text\/html/.test(page.headers.get('content-type') ?? '')) check(page, name);
      else expect(name).to.equal('nowhere');
    });

  it(
    '[12] forbid every frame',
    all(({ headers }, name) => {
      expect(headers.get('content-security-policy'), name).to.match(/(^|;)\s*frame-ancestors 'none'/);
      expect(headers.get('x-frame-options'), name).to.equal('DENY');
    }),
  );

  it(
    'allow no script, no base, no plugin, and forms to this server and the app alone',
    html(({ headers }, name) => {
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy, name).to.include("default-src 'none'").and.include("base-uri 'none'");
      expect(policy, name).to.not.match(/unsafe|\*(?!;|$|\s|:)|script-src (?!'none')/);
      expect(policy, name).to.match(/form-action 'self'( com\.example\.\w+:)?(;|$)/);
    }),
  );

  it('[12] [14] hold for the page that posts an answer to a web client', async () => {
    const web = world.phone('web');
    await web.authorize(web.request({ redirect_uri: claimed('web') }), person);
    const { headers } = await pageFor(web, { redirect_uri: claimed('web'), response_mode: 'form_post' });
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy)
      .to.include("frame-ancestors 'none'")
      .and.match(/script-src ('none' )?'sha256-[\w+/=]+'/);
    expect(headers.get('cache-control')).to.include('no-store');
    expect(headers.get('referrer-policy')).to.be.oneOf(['no-referrer', 'same-origin']);
  });

  it(
    '[14] tell other sites nothing of where the person was, and are kept nowhere',
    all(({ headers }, name) => {
      expect(headers.get('referrer-policy'), name).to.be.oneOf(['no-referrer', 'same-origin']);
      expect(headers.get('x-content-type-options'), name).to.equal('nosniff');
      expect(headers.get('access-control-allow-origin'), name).to.equal(null);
      if (name !== 'nowhere') expect(headers.get('cache-control'), name).to.include('no-store');
    }),
  );

  it('[14] load nothing from elsewhere, and everything that they load is there', async () => {
    const assets = new Set<string>();
    html((page, name) => {
      for (const [, url = ''] of page.html.matchAll(/<(?:link|img|script|iframe)[^>]*(?:href|src)="([^"]*)"/g)) {
        expect(new URL(url, page.url).origin, `${name}: ${url}`).to.equal(world.issuer);
        assets.add(new URL(url, page.url).href);
      }
    })();
    expect(assets).to.have.property('size').at.least(2);
    for (const url of assets) {
      const response = await fetch(url);
      expect(response.status).to.equal(200);
      expect(await response.text()).to.not.match(/@import|url\(\s*["']?(https?:)?\/\//);
    }
  });

  it(
    'show what others wrote as text, and work without any script',
    html((page, name) => {
      expect(page.html, name).to.not.match(/<script|<img|onerror=(?!alert\(1\)&gt;)|javascript:|60481729/i);
    }),
  );

  it('show a name that others chose, as they wrote it', () => {
    expect(pages.get('named by the enemy')?.html).to.include('&lt;script&gt;alert(1)');
    expect(pages.get('hints')?.html).to.include('&lt;script&gt;');
  });

  it('say nothing of the inside of the server', () => {
    html(({ html: text }, name) => {
      expect(text, name).to.not.match(/node_modules|\.[jt]s:\d+|at \w+ \(|SQLITE|undefined|\[object/);
    })();
  });
});
