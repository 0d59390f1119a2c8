import { expect } from 'chai';
import { CALLS, INTERNALS } from '../support/endpoints.ts';
import { type RawRequest, raw } from '../support/raw-http.ts';
import { API_SECRET, basic, openWorld, type World } from '../support/world.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/** The parameters that some endpoint reads. */
const NAMES =
  'client_id redirect_uri response_type scope resource state code_challenge prompt max_age claims id_token_hint request_uri grant_type code refresh_token code_verifier token token_type_hint client_assertion login password csrf xsrf logout post_logout_redirect_uri device_name'.split(
    ' ',
  );

const each = (make: (name: string) => string): string => NAMES.map(make).join('&');
const VALID = 'client_id=phone&client_secret=x&grant_type=refresh_token&refresh_token=x.0.y.z&token=x';

/** Query and form alike. */
const PARAMETERS: Readonly<Record<string, string>> = {
  arrays: each((name) => `${name}[]=a&${name}[0]=b`),
  'twice each': each((name) => `${name}=a&${name}=b`),
  'twice each, the same': `${VALID}&${VALID}`,
  'operators of a database': each((name) => `${name}[$ne]=&${name}[$gt]=&${name}[$where]=sleep(1)`),
  'operators as names': '$where=1&$ne=1&a.b.c=1&a[b][c][d][e]=1',
  NUL: each((name) => `${name}=a%00b`),
  'NUL in names': each((name) => `${name}%00=a`),
  prototypes: `__proto__=1&__proto__[isAdmin]=1&constructor[prototype][x]=1&toString=1&hasOwnProperty=1&${VALID}`,
  'members of every object': each((name) => `${name}=__proto__`),
  'no UTF-8': each((name) => `${name}=%ff%fe%c0%af`),
  'half an escape': each((name) => `${name}=%`),
  'lone surrogates': each((name) => `${name}=%ed%a0%80`),
  'control characters and right-to-left marks': each((name) => `${name}=%0d%0aSet-Cookie:%20a=b%1b%e2%80%ae`),
  'numbers out of range': each((name) => `${name}=-1e999`),
  'JSON where a text is meant': each(
    (name) => `${name}=${encodeURIComponent('{"id_token":{"acr":{"essential":true,"values":{}}}}')}`,
  ),
  'empty values': each((name) => `${name}=`),
  'only separators': '&&&===&&;;;',
  '10,000 parameters': Array.from({ length: 5000 }, (_, index) => index.toString(36)).join('=&') + '&a=1'.repeat(3000),
};

const HEADERS: Readonly<Record<string, RawRequest['headers']>> = {
  'an empty Authorization': { authorization: '' },
  'a Basic that is no base64': { authorization: 'Basic %%%' },
  'a Basic without a colon': { authorization: `Basic ${Buffer.from('phone').toString('base64')}` },
  'a Basic with NUL': { authorization: basic('api\0', `${API_SECRET}\0`) },
  'a Bearer of rubbish': { authorization: 'Bearer __proto__' },
  'a Bearer of many parts': { authorization: 'Bearer a b c' },
  'a Bearer that is long': { authorization: `Bearer ${'a'.repeat(20_000)}` },
  'a DPoP proof of rubbish': { authorization: 'DPoP x', dpop: 'a.b.c' },
  'two DPoP proofs': { dpop: ['a.b.c', 'd.e.f'] },
  'a proof of arrays': { dpop: `${btoa('[]')}.${btoa('[]')}.x` },
  'a null Origin': { origin: 'null' },
  'an Origin of rubbish': { origin: '\u00ff[' },
  'cookies of rubbish': { cookie: '__proto__=1; curfew-session=../../etc; curfew-session.sig=x; =; curfew-device=%' },
  'a language of rubbish': { 'accept-language': '*;q=x, ____', accept: ';;;,,/' },
  'a content type of rubbish': { 'content-type': 'a'.repeat(2000) },
  'a charset of rubbish': { 'content-type': 'application/x-www-form-urlencoded; charset=__proto__' },
  'a content encoding of rubbish': { ...FORM, 'content-encoding': 'gzip' },
  'a range': { range: 'bytes=0-1,5-' },
};

const BODIES: Readonly<Record<string, RawRequest>> = {
  JSON: { headers: { 'content-type': 'application/json' }, body: '{"__proto__":{"a":1},"client_id":{"$ne":null}}' },
  'broken JSON': { headers: { 'content-type': 'application/json' }, body: '{"a":' },
  multipart: { headers: { 'content-type': 'multipart/form-data; boundary=x' }, body: '--x\r\n\r\n--x--' },
  XML: {
    headers: { 'content-type': 'text/xml' },
    body: '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
  },
  bytes: { headers: FORM, body: Buffer.from([0, 255, 254, 0, 128, 37, 61, 38]) },
  'gzip that is none': { headers: { ...FORM, 'content-encoding': 'gzip' }, body: 'not gzip' },
};

describe('what strangers send is a 4xx at most, and says nothing of the inside [108] [112]', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());

  const expectCalm = async (path: string, request: RawRequest): Promise<void> => {
    const { status, text, headers } = await raw(`${world.issuer}${path}`, request);
    const what = `${request.method} ${path.slice(0, 200)}: ${status} ${text.slice(0, 300)}`;
    expect(status, what).to.be.within(200, 499);
    expect(text, what).to.not.match(INTERNALS);
    expect(headers, what).to.not.have.property('x-powered-by');
    expect([headers['set-cookie']].flat().join(), what).to.not.include('a=b');
  };

  for (const [what, parameters] of Object.entries(PARAMETERS)) {
    it(`parameters: ${what}`, async () => {
      for (const { path, method } of CALLS) {
        await expectCalm(`${path}?${parameters}`, { method });
        if (method === 'POST')
          await expectCalm(path, { method, headers: { ...FORM, origin: world.issuer }, body: parameters });
      }
    });
  }

  for (const [what, headers] of Object.entries(HEADERS)) {
    it(`headers: ${what}`, async () => {
      for (const { path, method } of CALLS) {
        const body = method === 'POST' ? { headers: { ...FORM, ...headers }, body: VALID } : { headers: headers ?? {} };
        await expectCalm(path, { method, ...body });
      }
    });
  }

  for (const [what, request] of Object.entries(BODIES)) {
    it(`bodies: ${what}`, async () => {
      for (const { path, method } of CALLS) await expectCalm(path, { method, ...request });
    });
  }

  it('refuses operators, arrays and prototypes where a credential is meant, and leaves the objects of the process alone', async () => {
    const post = (path: string, body: string) => raw(`${world.issuer}${path}`, { method: 'POST', headers: FORM, body });
    const statuses = [
      await post('/token', 'client_id[$ne]=x&grant_type=refresh_token&refresh_token[$ne]=x'),
      await post('/token', 'client_id=__proto__&grant_type=refresh_token&refresh_token=x'),
      await post('/token', 'client_id=constructor&grant_type=toString&refresh_token=x'),
      await post('/token/revocation', 'client_id=phone&token[$ne]=x'),
      await post('/token/introspection', 'client_id=api&client_secret[$ne]=x&token[$ne]=x'),
    ].map(({ status }) => status);
    expect(statuses.every((status) => status === 400 || status === 401)).to.equal(true);
    expect(({} as Record<string, unknown>)['isAdmin']).to.equal(undefined);
  });

  it('takes a resource by its own name alone, never by that of a member of every object', async () => {
    const phone = await world.signedIn();
    for (const resource of ['__proto__', 'constructor', 'toString']) {
      const reply = await phone.refreshWith(phone.refreshToken, { resource });
      expect(reply.status).to.equal(400);
    }
    await phone.refresh();
  });
});
