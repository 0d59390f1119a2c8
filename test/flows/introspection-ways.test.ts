import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import { Administrator, administeredConfig } from '../support/administrator.ts';
import { PAYMENT } from '../support/authorization.ts';
import { deviceApp, stepUp } from '../support/devices.ts';
import { boundPhone } from '../support/dpop.ts';
import { type RawAnswer, raw } from '../support/raw-http.ts';
import { API_SECRET, basic, openWorld, type World } from '../support/world.ts';

const FORM = 'application/x-www-form-urlencoded';
const API = basic('api', API_SECRET);
const OTHER = basic('otherapi', `${API_SECRET}-other`);

/** A parameter that nobody knows is ignored (RFC 6749 §3.2); here it also sends the question the library's way. */
const LONG_WAY = '&unknown=1';

const shown = ({ status, headers, text }: RawAnswer) => ({
  status,
  type: headers['content-type'],
  cache: headers['cache-control'],
  challenge: headers['www-authenticate'],
  body: JSON.parse(text) as Record<string, unknown>,
});

describe('the two ways through introspection', () => {
  let world: World;
  before(async () => {
    world = await openWorld({ config: administeredConfig });
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  const ask = (body: string, authorization: string | undefined = API, more: Record<string, string> = {}) =>
    raw(`${world.issuer}/token/introspection`, {
      method: 'POST',
      body,
      headers: { 'content-type': FORM, ...(authorization === undefined ? {} : { authorization }), ...more },
    });

  /** What both answer. */
  const both = async (body: string, authorization = API) => {
    const short = shown(await ask(body, authorization));
    expect(short).to.deep.equal(shown(await ask(`${body}${LONG_WAY}`, authorization)));
    return short;
  };

  const bothOf = async (token: string, authorization = API) =>
    (await both(`token=${encodeURIComponent(token)}`, authorization)).body;

  it('say the same of a live token, to its own server and to another', async () => {
    const { tokens, sid } = await deviceApp(world);
    expect(await bothOf(tokens.access_token)).to.include({ active: true, sid, token_type: 'Bearer' });
    expect(await bothOf(tokens.access_token, OTHER)).to.deep.equal({ active: false });
    for (const hint of ['access_token', 'refresh_token', 'nonsense', ''])
      await both(`token=${tokens.access_token}&token_type_hint=${hint}`);
  });

  it('say the same of a refreshed token, and of the one before it', async () => {
    const phone = await deviceApp(world);
    const before = phone.tokens.access_token;
    await phone.refresh();
    expect(await bothOf(phone.tokens.access_token)).to.include({ active: true });
    expect(await bothOf(before)).to.include({ active: true });
  });

  it('say the same of a token that is bound to a key, and of the short one of a step-up', async () => {
    const bound = await boundPhone(world);
    expect(await bothOf(bound.tokens.access_token)).to.include({ active: true, token_type: 'DPoP' });
    const person = await world.person();
    const phone = await deviceApp(world, 'phone', { person });
    const short = await stepUp(phone, person, PAYMENT);
    const told = await bothOf(short.access_token, OTHER);
    expect(told).to.include({ active: true, scope: 'payments:write', sid: phone.sid });
    await phone.revoke();
    expect(await bothOf(short.access_token, OTHER)).to.deep.equal({ active: false });
  });

  it('say the same of what is over, ended, unknown, or no access token', async () => {
    const phone = await deviceApp(world);
    world.clock.advance({ minutes: 15 });
    expect(await bothOf(phone.tokens.access_token)).to.deep.equal({ active: false });
    world.clock.reset();
    const ended = await deviceApp(world);
    await ended.revoke();
    for (const token of [ended.tokens.access_token, 'A'.repeat(43), 'x', '__proto__'])
      expect(await bothOf(token), token).to.deep.equal({ active: false });
    const { token } = await new Administrator(world).signIn();
    for (const other of [token, phone.refreshToken, phone.tokens.id_token]) await bothOf(other);
  });

  it('refuse alike what is wrong with the question, whoever asks', async () => {
    const { tokens } = await deviceApp(world);
    const token = `token=${tokens.access_token}`;
    const wrong = [
      basic('api', 'wrong'),
      basic('nobody', 'x'),
      basic('web', API_SECRET),
      'Basic',
      'Basic !',
      'Bearer x',
    ];
    for (const caller of wrong) expect((await both(token, caller)).status, caller).to.be.oneOf([400, 401]);
    for (const body of [
      `${token}&${token}`,
      `${token}&client_id=otherapi`,
      `${token}&client_secret=${API_SECRET}`,
      'x=1',
    ])
      expect((await both(body)).status, body).to.be.oneOf([400, 401]);
    expect((await both(`${token}&client_id=api`)).body).to.include({ active: true });
  });

  it('take the form however it is framed, and nothing but a form', async () => {
    const { tokens } = await deviceApp(world);
    const token = `token=${tokens.access_token}`;
    const active = (answer: RawAnswer) => expect(shown(answer).body, answer.text).to.include({ active: true });
    active(await ask(token, API, { 'content-type': `${FORM};charset=UTF-8` }));
    active(await ask(`${token}&padding=${'a'.repeat(4000)}`));
    expect((await ask('{}', API, { 'content-type': 'application/json' })).status).to.equal(401);
    expect((await ask(token, API, { 'content-type': `${FORM}x` })).status).to.equal(401);
    const { headers } = await ask(token, API, { origin: 'https://elsewhere.example' });
    expect(headers['vary']).to.match(/Origin/i);
  });

  it('wait for a body that comes in pieces, and let go of one that never comes whole', async () => {
    const { tokens } = await deviceApp(world);
    const body = `token=${tokens.access_token}`;
    const { port, hostname } = new URL(world.issuer);
    const head = (length: number): string =>
      `POST /token/introspection HTTP/1.1\r\nhost: x\r\nauthorization: ${API}\r\ncontent-type: ${FORM}\r\ncontent-length: ${length}\r\n\r\n`;
    const socket = connect(Number(port), hostname);
    const answers: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => answers.push(chunk));
    // Twice on one connection: what was looked at does not stay behind for the next request.
    for (const more of ['', LONG_WAY]) {
      const whole = `${body}${more}`;
      for (const piece of [head(whole.length), whole.slice(0, 9), whole.slice(9)]) {
        socket.write(piece);
        await new Promise(setImmediate);
      }
      await once(socket, 'data');
    }
    expect(
      Buffer.concat(answers)
        .toString()
        .match(/"active":true/gu),
    ).to.have.length(2);
    socket.end(`${head(body.length)}token=`);
    await once(socket, 'close');
    expect(shown(await ask(body)).body).to.include({ active: true });
  });
});
