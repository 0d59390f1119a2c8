import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { createResourceServer, type ResourceServer } from '../../resource-server/index.ts';
import { boundPhone } from '../support/dpop.ts';
import { needs, type Running, startOutside } from '../support/outside-program.ts';
import { API, API_SECRET, openWorld, type World } from '../support/world.ts';

const NGINX = '/usr/sbin/nginx';

/** What docs/resource-servers.md shows, with the ports of this test. */
const configuration = (dir: string, port: number, auth: number, app: number): string => `
daemon off;
master_process off;
pid ${dir}/pid;
error_log ${dir}/error.log;
events {}
http {
  access_log off;
  client_body_temp_path ${dir}/body; proxy_temp_path ${dir}/proxy;
  fastcgi_temp_path ${dir}/fastcgi; uwsgi_temp_path ${dir}/uwsgi; scgi_temp_path ${dir}/scgi;
  server {
    listen 127.0.0.1:${port};

    location = /_check {
      internal;
      proxy_pass http://127.0.0.1:${auth}/check?$demands;
      proxy_pass_request_body off;
      proxy_set_header Content-Length "";
      proxy_set_header X-Original-Method $request_method;
      proxy_set_header X-Original-URI $request_uri;
    }
    auth_request /_check;
    auth_request_set $auth_sub $upstream_http_x_auth_sub;
    auth_request_set $auth_status $upstream_status;
    auth_request_set $auth_challenge $upstream_http_www_authenticate;
    auth_request_set $auth_retry $upstream_http_retry_after;
    error_page 403 @refused;
    error_page 500 @fault;

    location / {
      set $demands "";
      proxy_set_header X-Auth-Sub $auth_sub;
      proxy_pass http://127.0.0.1:${app};
    }
    location /write {
      set $demands "scope=notes:write";
      proxy_set_header X-Auth-Sub $auth_sub;
      proxy_pass http://127.0.0.1:${app};
    }
    location /pay {
      set $demands "max_age=60";
      proxy_set_header X-Auth-Sub $auth_sub;
      proxy_pass http://127.0.0.1:${app};
    }
    location @refused {
      auth_request off;
      add_header WWW-Authenticate $auth_challenge always;
      return 403;
    }
    location @fault {
      auth_request off;
      if ($auth_status = 503) {
        add_header Retry-After $auth_retry always;
        return 503;
      }
      return 500;
    }
    location = /.well-known/oauth-protected-resource {
      auth_request off;
      proxy_pass http://127.0.0.1:${auth}/.well-known/oauth-protected-resource;
    }
  }
}
`;

const listening = async (http: Server): Promise<number> => {
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return (http.address() as AddressInfo).port;
};

const isHere = needs('nginx auth_request', [NGINX], 'nginx-light');

(isHere ? describe : describe.skip)('nginx, asking the forward-auth endpoint', () => {
  let world: World;
  let api: ResourceServer;
  let nginx: Running;
  let auth: Server;
  let app: Server;
  before(async () => {
    world = await openWorld();
    const client = { id: 'api', secret: API_SECRET };
    api = createResourceServer({ issuer: world.issuer, audience: API, client, introspection: { cacheSeconds: 0 } });
    const check = api.forwardAuth();
    auth = createServer((request, response) => void check(request, response));
    app = createServer((request, response) => response.end(JSON.stringify({ sub: request.headers['x-auth-sub'] })));
    const [authPort, appPort] = [await listening(auth), await listening(app)];
    nginx = await startOutside({
      command: NGINX,
      args: (dir, file) => ['-p', dir, '-c', file, '-e', `${dir}/error.log`],
      config: (dir, port) => configuration(dir, port, authPort, appPort),
    });
  });
  after(async () => {
    await nginx.stop();
    for (const http of [auth, app]) {
      http.closeAllConnections();
      http.close();
    }
    await world.close();
  });
  afterEach(() => world.clock.reset());

  const get = (path: string, token?: string, headers: Record<string, string> = {}) =>
    fetch(`${nginx.url}${path}`, { headers: token ? { authorization: `Bearer ${token}`, ...headers } : headers });

  it('lets a token through, tells the app whose it is, and believes nobody else about that', async () => {
    const person = await world.person();
    const phone = await world.signedIn('phone', { person });
    const answer = await get('/notes', phone.tokens.access_token, { 'x-auth-sub': 'somebody else' });
    expect([answer.status, await answer.json()]).to.deep.equal([200, { sub: person.sub }]);
  });

  it('refuses without a token, and passes on where to get one', async () => {
    for (const answer of [await get('/notes'), await get('/notes', 'invented'), await get('/notes', 'a,b')]) {
      expect(answer.status).to.equal(401);
      expect(answer.headers.get('www-authenticate')).to.include(
        `resource_metadata="${API}/.well-known/oauth-protected`,
      );
    }
    const metadata = await get('/.well-known/oauth-protected-resource');
    expect(await metadata.json()).to.include({ resource: API });
  });

  it('refuses a session from the moment at which it ended', async () => {
    const phone = await world.signedIn();
    expect((await get('/notes', phone.tokens.access_token)).status).to.equal(200);
    await phone.revoke();
    expect((await get('/notes', phone.tokens.access_token)).status).to.equal(401);
  });

  it('demands by place what its configuration says: a scope, a fresh sign-in [104]', async () => {
    const phone = await world.signedIn('phone', { scope: 'openid notes:read' });
    const { access_token: token } = phone.tokens;
    const write = await get('/write', token);
    expect([write.status, write.headers.get('www-authenticate')?.includes('insufficient_scope')]).to.deep.equal([
      403,
      true,
    ]);
    expect((await get('/pay', token)).status).to.equal(200);
    world.clock.advance({ seconds: 61 });
    const stale = await get('/pay', token);
    expect(stale.status).to.equal(401);
    expect(stale.headers.get('www-authenticate')).to.include('max_age="60"');
  });

  it('checks proofs for the address that the app called', async () => {
    const phone = await boundPhone(world);
    const { access_token: token } = phone.tokens;
    const call = async (url: string) => {
      const dpop = await phone.key.proof({ htm: 'GET', htu: url, token });
      return fetch(`${nginx.url}/notes`, { headers: { authorization: `DPoP ${token}`, dpop } });
    };
    expect((await call(`${API}/notes`)).status).to.equal(200);
    expect((await call(`${nginx.url}/notes`)).status).to.equal(401);
    expect((await call(`${API}/check`)).status).to.equal(401);
  });

  it('says 503 with Retry-After while the server cannot be asked', async () => {
    const phone = await world.signedIn();
    const client = { id: 'api', secret: 'wrong' };
    const broken = createResourceServer({ issuer: world.issuer, audience: API, client }).forwardAuth();
    const [handler] = auth.listeners('request') as [(...args: unknown[]) => void];
    auth.removeAllListeners('request');
    auth.on('request', (request, response) => void broken(request, response));
    const answer = await get('/notes', phone.tokens.access_token);
    auth.removeAllListeners('request');
    auth.on('request', handler);
    expect([answer.status, answer.headers.get('retry-after')]).to.deep.equal([503, '2']);
    expect(answer.headers.get('www-authenticate')).to.equal(null);
  });
});
