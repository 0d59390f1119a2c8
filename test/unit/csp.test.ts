import { expect } from 'chai';
import Koa from 'koa';
import supertest from 'supertest';
import { createSecurityHeaders, formAction, isSafeTarget } from '../../interactions/security-headers.ts';

const TARGETS: readonly (readonly [redirectUri: string, source: string | undefined])[] = [
  ['com.example.phone:/callback', 'com.example.phone:'],
  ['COM.Example.phone://callback?x=1', 'com.example.phone:'],
  ['https://app.example.com/callback?x=1', 'https://app.example.com'],
  ['https://app.example.com:8443/cb', 'https://app.example.com:8443'],
  ['https://bücher.example/cb', 'https://xn--bcher-kva.example'],
  ['http://127.0.0.1/cb', 'http://127.0.0.1:*'],
  ['http://127.0.0.1:51004/cb', 'http://127.0.0.1:*'],
  ['http://localhost:3000/cb', 'http://localhost:*'],
  ['http://[::1]:51004/cb', 'http:'],
  ['http://intranet.example/cb', 'http://intranet.example'],
  ['javascript:alert(1)', undefined],
  ['data:text/html,x', undefined],
  ['https://a;script-src *.example/cb', undefined],
  ["https://a'self'.example/cb", undefined],
  ['https://*/cb', undefined],
  ['https://a,b/cb', undefined],
  ['https://[2001:db8::1]/cb', undefined],
  ['/relative', undefined],
  ['', undefined],
];

describe('form-action', () => {
  for (const [redirectUri, source] of TARGETS) {
    it(`names ${source ?? 'only ourselves'} for ${JSON.stringify(redirectUri)}`, () => {
      expect(formAction(redirectUri)).to.deep.equal(source === undefined ? ["'self'"] : ["'self'", source]);
      expect(isSafeTarget(redirectUri)).to.equal(source !== undefined);
    });
  }

  it('names only ourselves where no redirect follows', () => {
    expect(formAction()).to.deep.equal(["'self'"]);
  });
});

const answerOf = async (issuer: string, redirectUri?: string): Promise<supertest.Response> => {
  const headers = createSecurityHeaders({ issuer });
  const app = new Koa().use(headers.middleware).use((ctx) => {
    if (ctx.path === '/page') headers.forPage(ctx, { redirectUri });
    ctx.body = '<p>page</p>';
  });
  return supertest(app.callback()).get(redirectUri === undefined ? '/other' : '/page');
};

describe('security headers', () => {
  it('shut a page off from scripts, frames, other sites and caches', async () => {
    const { headers } = await answerOf('https://id.example.com', 'com.example.phone:/cb');
    expect(headers['content-security-policy']?.split(';')).to.have.members([
      "default-src 'none'",
      "style-src 'self'",
      "img-src 'self'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
      "form-action 'self' com.example.phone:",
    ]);
    expect(headers).to.include({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'strict-transport-security': 'max-age=31536000',
      'cache-control': 'no-store',
    });
  });

  it('send no HSTS over plain http', async () => {
    const { headers } = await answerOf('http://127.0.0.1:3000', 'com.example.phone:/cb');
    expect(headers).not.to.have.property('strict-transport-security');
  });

  it('leave the library a script-src that it can add a hash to, and its form any target', async () => {
    const { headers } = await answerOf('https://id.example.com');
    expect(headers['content-security-policy']).to.include("script-src 'none'").and.not.include('form-action');
    expect(headers['content-security-policy']).to.include("frame-ancestors 'none'");
  });
});
