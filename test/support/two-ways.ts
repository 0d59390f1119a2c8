/** Owns two phones that live the same life, of which one refreshes the short way, and the other the library's. */
import { expect } from 'chai';
import type { Configuration } from 'oidc-provider';
import type { NewEvent } from '../../server/events.ts';
import { eventsOf, LIBRARYS_WAY, stored } from '../flows/refresh-story.ts';
import type { Phone, Reply } from './phone.ts';
import { API_SECRET, standardConfig, type World } from './world.ts';

const [PHONE] = standardConfig.clients;

const like = (client_id: string, more: object) => ({
  ...PHONE,
  client_id,
  redirect_uris: [`com.example.${client_id}:/callback`],
  ...more,
});

/** Apps that differ in what a refresh looks at. */
export const CLIENTS = {
  clients: [
    ...standardConfig.clients,
    like('rsa', { id_token_signed_response_alg: 'RS256' }),
    like('narrow', { scope: 'openid notes:read' }),
    like('aal2', { lifetimes: 'aal2' }),
    like('aal3', { lifetimes: 'aal3' }),
  ],
};

/** What one request is good for is no other's: what is left is to be the same. */
const ITS_OWN = new Set(['sid', 'jti', 'sub']);

const decoded = (jwt: string): unknown[] =>
  jwt
    .split('.')
    .slice(0, 2)
    .map((part) =>
      Object.fromEntries(
        Object.entries(JSON.parse(Buffer.from(part, 'base64url').toString()) as object).map(([name, value]) => [
          name,
          ITS_OWN.has(name) ? typeof value : value,
        ]),
      ),
    );

/** A token without what makes it one: the generation and key of a refresh token, what a JWT says, the length of what says nothing. */
const plainToken = (token: unknown): unknown => {
  if (typeof token !== 'string') return token;
  if (/^[\w-]+\.\d+\.[\w-]+\.[\w-]{43}$/.test(token)) return token.split('.').slice(1, 3);
  return token.startsWith('eyJ') ? decoded(token) : token.length;
};

const plainReply = ({ status, headers, body }: Reply) => ({
  status,
  headers: ['content-type', 'cache-control', 'x-content-type-options', 'retry-after'].map((name) => headers.get(name)),
  body: Object.fromEntries(
    Object.entries(body).map(([name, value]) => [name, name.endsWith('_token') ? plainToken(value) : value]),
  ),
});

const plainEvent = ({ type, at, data }: NewEvent) => ({ type, at, data });

/** Counts what the library asks of us: at a refresh, whose account it is. */
export const watched = () => {
  const seen = { count: 0 };
  const tamper = (configuration: Configuration): Configuration => ({
    ...configuration,
    findAccount: (...given) => {
      seen.count += 1;
      return configuration.findAccount?.(...given);
    },
  });
  return { seen, tamper };
};

/** What a phone does before the refresh that counts; the token that it then shows. */
export type Life = (phone: Phone) => Promise<string>;

export const present: Life = async (phone) => phone.refreshToken;

/** Of the token's own text, since not every app gets an ID token. */
const sidOf = ({ refreshToken }: Phone) => ({ sid: refreshToken.split('.', 1)[0] ?? '' });

const whatIsLeft = async (world: World, phone: Phone) => {
  const { head, status, ended, lastUsedAt, dueAt, revision } = await stored(world, sidOf(phone));
  const events = (await eventsOf(world, sidOf(phone).sid)).map(plainEvent);
  return { head: { ...head, redeemer: undefined }, status, ended, lastUsedAt, dueAt, revision, events };
};

/** What introspection says of the new access token. */
const told = (world: World, { body: { access_token: token } }: Reply) =>
  Promise.all(
    ['api', 'otherapi'].map(async (caller) => {
      const secret = caller === 'api' ? API_SECRET : `${API_SECRET}-other`;
      const { sid: _sid, sub: _sub, jti: _jti, ...same } = await world.introspect(String(token), caller, secret);
      return same;
    }),
  );

/** The same life twice, at the same time: answer, access token, session and story are the same. */
export const bothWays = async (
  world: World,
  seen: { readonly count: number },
  signIn: () => Promise<Phone>,
  live: Life = present,
) => {
  const start = Date.now();
  const outcomes = [];
  for (const way of [{}, LIBRARYS_WAY]) {
    world.clock.stop(start);
    const phone = await signIn();
    const token = await live(phone);
    const before = seen.count;
    const reply = await phone.refreshWith(token, way);
    const isShort = seen.count === before;
    const found = { answer: plainReply(reply), told: await told(world, reply), left: await whatIsLeft(world, phone) };
    outcomes.push({ isShort, found });
  }
  const [short, long] = outcomes;
  if (!short || !long) throw new Error('there are two ways');
  expect(short.found).to.deep.equal(long.found);
  return { ...short.found.answer, isShort: short.isShort };
};
