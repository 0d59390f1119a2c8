import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { createResourceServer } from '../../resource-server/index.ts';
import { startTestIssuer, type TestIssuer } from '../../resource-server/testing/index.ts';
import { API_URL } from '../support/api.ts';

describe('the endpoint that a proxy asks', () => {
  let issuer: TestIssuer;
  let http: Server;
  const problems: unknown[] = [];
  before(async () => {
    issuer = await startTestIssuer();
    const onProblem = (problem: unknown) => void problems.push(problem);
    const check = createResourceServer({ ...issuer.options(API_URL), onProblem }).forwardAuth();
    http = createServer((request, response) => void check(request, response));
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
  });
  after(async () => {
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
    await issuer.close();
  });

  const ask = async (query = '', more = {}, headers: Record<string, string> = {}) => {
    const token = await issuer.token({ audience: API_URL, ...more });
    const { port } = http.address() as AddressInfo;
    return fetch(`http://127.0.0.1:${port}/check${query}`, {
      headers: { authorization: `Bearer ${token}`, ...headers },
    });
  };

  it('says yes with 204, and who it is', async () => {
    const known = { sub: 'ada', clientId: 'phone', scope: 'a b', sid: 's-1', acr: 'mfa' };
    const answer = await ask('', known);
    expect(answer.status).to.equal(204);
    const told = (name: string) => answer.headers.get(`x-auth-${name}`);
    expect(['sub', 'client', 'scope', 'sid', 'acr'].map(told)).to.deep.equal(['ada', 'phone', 'a b', 's-1', 'mfa']);
    expect(Number(told('time'))).to.be.above(0);
  });

  it('puts no name into a header that a header cannot hold', async () => {
    expect((await ask('', { sub: 'ådå\r\nx-auth-acr: phr' })).headers.get('x-auth-sub')).to.equal(
      encodeURIComponent('ådå\r\nx-auth-acr: phr'),
    );
  });

  it("demands what the proxy's configuration says", async () => {
    expect((await ask('?scope=a+b', { scope: 'a b' })).status).to.equal(204);
    expect((await ask('?scope=a%20b', { scope: 'a' })).status).to.equal(403);
    expect((await ask('?acr=mfa&max_age=60', { acr: 'phr' })).status).to.equal(204);
    expect((await ask('?acr=mfa&max_age=60', { acr: 'pwd' })).status).to.equal(401);
    expect((await ask('?max_age=60', { signedInSecondsAgo: 61 })).status).to.equal(401);
  });

  it('lets nobody in by a demand that makes no sense, and says what is wrong with it', async () => {
    for (const query of ['?scop=a', '?max_age=soon', '?scope=', '?__proto__=1', '?max_age=-1']) {
      const answer = await ask(query);
      expect(answer.status, query).to.equal(500);
    }
    expect(problems.map(String)).to.include(
      'TypeError: the forward-auth address takes scope, acr and max_age: not scop',
    );
  });

  it('lets nobody in because it is the metadata that they ask the proxy for', async () => {
    const uri = '/.well-known/oauth-protected-resource';
    const answer = await ask('', {}, { authorization: 'Bearer invented', 'x-original-uri': uri });
    expect(answer.status).to.equal(401);
  });

  it('[67] believes no second word about the request: a caller may have sent it along with the proxy’s own', async () => {
    const key = await issuer.dpopKey();
    const token = await issuer.token({ audience: API_URL, jkt: key.jkt });
    const asked = async (headers: Record<string, string>) => {
      const dpop = await key.proof({ method: 'GET', url: `${API_URL}/notes`, token });
      return (await ask('', {}, { authorization: `DPoP ${token}`, dpop, ...headers })).status;
    };
    const traefik = { 'x-forwarded-method': 'DELETE', 'x-forwarded-uri': '/payments' };
    const nginx = { 'x-original-method': 'DELETE', 'x-original-uri': '/payments' };
    const caller = (name: string) => ({ [`x-${name}-method`]: 'GET', [`x-${name}-uri`]: '/notes' });
    expect(await asked({ ...traefik, ...caller('original') })).to.equal(401);
    expect(await asked({ ...nginx, ...caller('forwarded') })).to.equal(401);
    expect(await asked({ ...caller('forwarded'), ...caller('original') }), 'the same word twice').to.equal(204);
  });
});
