import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import express, { type ErrorRequestHandler } from 'express';
import { auth, requiredScopes } from 'express-oauth2-jwt-bearer';
import { JWT_API, openWorld, type World } from '../support/world.ts';
import { JWT } from './refresh-story.ts';

describe('express-oauth2-jwt-bearer, verifying access tokens', () => {
  let world: World;
  let http: Server;
  before(async () => {
    world = await openWorld();
    const app = express();
    // Strict: what RFC 9068 asks of an at+jwt.
    app.use(auth({ issuerBaseURL: world.issuer, audience: JWT_API, tokenSigningAlg: 'ES256', strict: true }));
    app.get('/feed', requiredScopes('feed:read'), (request, response) => {
      response.json(request.auth?.payload);
    });
    app.get('/write', requiredScopes('feed:write'), (_request, response) => {
      response.json({});
    });
    const onError: ErrorRequestHandler = (error, _request, response, _next) => {
      response
        .status(error.status ?? 500)
        .set(error.headers ?? {})
        .json({ code: error.code });
    };
    app.use(onError);
    http = createServer(app).listen(0, '127.0.0.1');
    await once(http, 'listening');
  });
  after(async () => {
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
    await world.close();
  });
  afterEach(() => world.clock.reset());

  const get = (path: string, token: string) =>
    fetch(`http://127.0.0.1:${(http.address() as AddressInfo).port}${path}`, {
      headers: { authorization: `Bearer ${token}` },
    });

  it('takes what the server signed for this API [53]', async () => {
    const person = await world.person();
    const phone = await world.signedIn('phone', { person, ...JWT });
    const answer = await get('/feed', phone.tokens.access_token);
    expect(answer.status).to.equal(200);
    expect(await answer.json()).to.include({ sub: person.sub, client_id: 'phone', sid: phone.sid, aud: JWT_API });
    expect((await get('/write', phone.tokens.access_token)).status).to.equal(403);
  });

  it('refuses what is not for it, is no access token, or has expired [53, 55]', async () => {
    const phone = await world.signedIn('phone', JWT);
    const opaque = await world.signedIn();
    for (const token of [phone.tokens.id_token, phone.refreshToken, opaque.tokens.access_token]) {
      expect((await get('/feed', token)).status).to.equal(401);
    }
    world.clock.advance({ minutes: 16 });
    expect((await get('/feed', phone.tokens.access_token)).status).to.equal(401);
  });
});
