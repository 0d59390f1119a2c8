import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'chai';
import { deriveKeys } from '../../server/keys.ts';
import { accessTokenText, factsOf, parseAccessToken } from '../../server/sessions/access-token.ts';
import { ownText } from '../../server/sessions/own-text.ts';
import { type Phone, tokensOf } from '../support/phone.ts';
import { API, openWorld, standardConfig, type World } from '../support/world.ts';
import { accountApi, isActive, LIBRARYS_WAY, stored, USERINFO, userinfo } from './refresh-story.ts';

const SECRET = 'test-secret-test-secret-test-secret-0123456789';
const { access, refresh } = deriveKeys([SECRET]);

const WIDE = 'https://wide.example.com';
const WIDE_SCOPES = Array.from({ length: 40 }, (_, n) => `a-scope-of-many-letters:${n}`);

const config = {
  ...standardConfig,
  resources: {
    ...standardConfig.resources,
    [WIDE]: { scopes: WIDE_SCOPES, accessTokenFormat: 'opaque' as const, introspectedBy: ['api'] },
  },
};

const DRAWN = /^[\w-]{43}$/;
const SAYING = /^[\w-]{22}\.W[\w-]+\.[\w-]{8}\.[\w-]{43}$/;

/** How many access tokens the database keeps. */
const kept = ({ dataDir }: World): number => {
  const db = new DatabaseSync(join(dataDir, 'curfew.sqlite'), { readOnly: true });
  try {
    return Number(db.prepare("SELECT count(*) AS n FROM artifacts WHERE kind = 'access_token'").get()?.['n']);
  } finally {
    db.close();
  }
};

describe('an opaque access token of a family', () => {
  let world: World;
  before(async () => {
    world = await openWorld({ config });
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  const saltOf = async (phone: Phone): Promise<string> => (await stored(world, phone)).family?.salt ?? '';

  const parsed = (token: string) => {
    const parts = parseAccessToken(token);
    if (!parts) throw new Error(`no text of ours: ${token}`);
    return parts;
  };

  it('says what it is for itself: a sign-in and a refresh, by either way, store nothing of it', async () => {
    const before = kept(world);
    const phone = await world.signedIn();
    for (const way of [{}, LIBRARYS_WAY]) {
      phone.tokens = tokensOf(await phone.refreshWith(phone.refreshToken, way));
      expect(phone.tokens.access_token).to.match(SAYING);
      expect(await world.introspect(phone.tokens.access_token)).to.include({ active: true, sid: phone.sid, aud: API });
    }
    expect(kept(world)).to.equal(before);
  });

  it('[58] is nobody’s where anything that it says was changed', async () => {
    const [phone, other] = [await world.signedIn(), await world.signedIn()];
    const { sid, said, keyId, text } = parsed(phone.tokens.access_token);
    const facts = factsOf(parsed(text));
    if (!facts) throw new Error('it says nothing');
    const mac = text.split('.')[3] ?? '';
    const changed = [
      { exp: facts.exp + 900 },
      { scope: 'notes:read notes:write admin' },
      { aud: `${world.issuer}/account` },
      { generation: 1 },
      { epoch: 1 },
    ].map((change) => Buffer.from(JSON.stringify(Object.values({ ...facts, ...change }))).toString('base64url'));
    for (const other of changed) expect(await isActive(world, `${sid}.${other}.${keyId}.${mac}`)).to.equal(false);
    expect(await isActive(world, `${other.sid}.${said}.${keyId}.${mac}`)).to.equal(false);
    expect(await isActive(world, text)).to.equal(true);
  });

  it('[58] is not made by the key alone, nor by the salt with the key of another use', async () => {
    const phone = await world.signedIn();
    const { sid, said, text } = parsed(phone.tokens.access_token);
    const salt = await saltOf(phone);
    for (const wrong of ['', phone.sid, salt.slice(1)])
      expect(await isActive(world, ownText(access[0], wrong, sid, said))).to.equal(false);
    expect(await isActive(world, ownText(refresh[0], salt, sid, said))).to.equal(false);
    expect(await isActive(world, ownText({ ...access[0], key: refresh[0].key }, salt, sid, said))).to.equal(false);
    expect(await isActive(world, ownText(access[0], salt, sid, said))).to.equal(true);
    expect(ownText(access[0], salt, sid, said)).to.equal(text);
  });

  it('is over at its own time at introspection, by either way, and at the account API', async () => {
    const phone = await world.signedIn('phone', accountApi(world));
    const asked = () => phone.account('GET', '/sessions');
    world.clock.advance({ seconds: 14 * 60 + 58 });
    expect((await asked()).status).to.equal(200);
    world.clock.advance({ seconds: 3 });
    expect((await asked()).status).to.equal(401);
    const plain = await world.signedIn();
    const { access_token: token } = plain.tokens;
    world.clock.advance({ seconds: 15 * 60 + 1 });
    expect(await world.introspect(token)).to.deep.equal({ active: false });
    const info = await world.signedIn('phone', USERINFO);
    world.clock.advance({ seconds: 15 * 60 + 1 });
    expect((await userinfo(world, info.tokens.access_token)).status).to.equal(401);
  });

  it('is over with its session at once, and with a session that is forgotten', async () => {
    const phone = await world.signedIn();
    const salt = await saltOf(phone);
    const now = Math.floor(Date.now() / 1000);
    const facts = {
      id: 'an-id-of-22-characters',
      generation: 0,
      epoch: 0,
      iat: now,
      exp: now + 900,
      aud: API,
      scope: 'notes:read',
    };
    await phone.revoke();
    expect(await isActive(world, phone.tokens.access_token)).to.equal(false);
    const unknown = accessTokenText(access[0], salt, 'AAAAAAAAAAAAAAAAAAAAAA', facts) ?? '';
    expect(await isActive(world, unknown)).to.equal(false);
  });

  it('has a row, and a drawn text, where it has too much to say; and is the same to everybody else', async () => {
    const before = kept(world);
    const phone = await world.signedIn('phone', { resource: WIDE, scope: `openid ${WIDE_SCOPES.join(' ')}` });
    expect(phone.tokens.access_token).to.match(DRAWN);
    const told = {
      active: true,
      sid: phone.sid,
      aud: WIDE,
      scope: WIDE_SCOPES.join(' '),
      sub: phone.idClaims()['sub'],
    };
    for (const way of [{}, LIBRARYS_WAY]) {
      phone.tokens = tokensOf(await phone.refreshWith(phone.refreshToken, way));
      expect(phone.tokens.access_token).to.match(DRAWN);
      expect(await world.introspect(phone.tokens.access_token)).to.include(told);
    }
    expect(kept(world)).to.equal(before + 3);
    await phone.revoke();
    expect(await isActive(world, phone.tokens.access_token)).to.equal(false);
  });

  it('has a row where there is no family: of an app without refresh tokens', async () => {
    const phone = await world.signedIn('norefresh');
    expect(phone.tokens.access_token).to.match(DRAWN);
    expect(await world.introspect(phone.tokens.access_token)).to.include({ active: true, sid: phone.sid });
    await phone.revoke(phone.tokens.access_token);
    expect(await isActive(world, phone.tokens.access_token)).to.equal(false);
  });
});

describe('an opaque access token, and a newer master secret', () => {
  const NEW = 'a-newer-secret-a-newer-secret-a-newer-secret-01';

  it('holds for as long as the secret that made it is given', async () => {
    let world = await openWorld({ config: { secrets: [SECRET] } });
    const phone = await world.signedIn();
    const restart = async (secrets: [string, ...string[]]): Promise<void> => {
      await world.close({ keepData: true });
      const port = Number(new URL(world.issuer).port);
      world = await openWorld({ config: { secrets }, dataDir: world.dataDir, port });
      // Whoever asks first may still be given a connection of the server that is gone.
      await fetch(`${world.issuer}/health/live`).catch(() => undefined);
    };
    try {
      await restart([NEW, SECRET]);
      const { access_token: older } = phone.tokens;
      expect(await isActive(world, older)).to.equal(true);
      await phone.refresh();
      await restart([NEW]);
      expect(await isActive(world, older)).to.equal(false);
      expect(await isActive(world, phone.tokens.access_token)).to.equal(true);
    } finally {
      await world.close();
    }
  });
});
