import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { deriveKeys } from '../../server/keys.ts';
import { openSigningKeys } from '../../server/signing-keys.ts';
import { liveThrough, TYPED_AS_LOGIN, WRONG_PASSWORD } from '../support/eventful-life.ts';
import { Faults } from '../support/faults.ts';
import type { Phone } from '../support/phone.ts';
import { Wiretap } from '../support/wiretap.ts';
import { openWorld, type World } from '../support/world.ts';

const SECRET = 'the-master-secret-that-only-this-test-knows-0123456789';
/** How much of a credential is looked for: short enough to lie within one page of the database. */
const PIECE = 20;

/** Pieces that do not occur without the credential: its end is a MAC, a signature or random. */
const piecesOf = (secret: string): string[] =>
  secret.length <= PIECE ? [secret] : [secret.slice(-PIECE), encodeURIComponent(secret).slice(-PIECE)];

describe('a dump of the database and all logs hold no credential that works [109]', () => {
  const faults = new Faults();
  const tap = new Wiretap();
  let folder: string;
  let world: World;
  let phone: Phone;

  /** The bytes of every file that the server wrote, and its log. */
  const dump = async (): Promise<ReadonlyMap<string, Buffer>> => {
    const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    const read = files.map(async ({ name, parentPath }) => [name, await readFile(join(parentPath, name))] as const);
    return new Map([...(await Promise.all(read)), ['log', Buffer.from(world.logged.join(''))]]);
  };

  const placesOf = (bytes: ReadonlyMap<string, Buffer>, text: string | Buffer): string[] =>
    [...bytes].filter(([, content]) => content.includes(text)).map(([name]) => name);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'curfew-secrecy-'));
    const config = { secrets: [SECRET], eventsFile: join(folder, 'events.ndjson') } satisfies object;
    world = await openWorld({ dataDir: folder, config, wrapStore: faults.wrapStore, tamper: faults.tamper });
    tap.start();
    phone = await liveThrough(world, faults);
  });
  after(async () => {
    tap.stop();
    await world.close({ keepData: true }).catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  });

  const KINDS = [
    'code',
    'refresh_token',
    'access_token',
    'id_token',
    'id_token_hint',
    'code_verifier',
    'client_secret',
    'password',
    'request_uri',
    'csrf',
    'DPoP proof',
    'Bearer credential',
    'interaction uid',
    'cookie curfew-session',
    'cookie curfew-device',
  ];

  const expectNone = (bytes: ReadonlyMap<string, Buffer>): void => {
    const found = [...tap.heard].flatMap(([secret, what]) =>
      piecesOf(secret).flatMap((piece) => placesOf(bytes, piece).map((place) => `${what} in ${place}: ${secret}`)),
    );
    expect(found).to.deep.equal([]);
  };

  it('finds what is there: a sid, and an email address, in the database and the events', async () => {
    const bytes = await dump();
    expect([...bytes.keys()]).to.include.members(['curfew.sqlite', 'curfew.sqlite-wal', 'curfew.sqlite-shm']);
    const database = /^curfew\.sqlite/;
    expect(placesOf(bytes, phone.sid).some((place) => database.test(place))).to.equal(true);
    expect(placesOf(bytes, phone.sid)).to.include('events.ndjson');
    expect(placesOf(bytes, 'person1.').some((place) => database.test(place))).to.equal(true);
    expect(placesOf(bytes, 'a protocol request could not be answered')).to.deep.equal(['log']);
  });

  it('holds none of what was sent or issued, while the server runs', async () => {
    expect([...new Set(tap.heard.values())]).to.include.members(KINDS);
    expect(tap.heard.size).to.be.greaterThan(200);
    expectNone(await dump());
  });

  it('holds neither the master secret, nor a key that is derived from it, nor a private signing key', async () => {
    const { refresh, access, sealing, cookie, ...others } = deriveKeys([SECRET]);
    const { jwks } = await openSigningKeys({
      store: world.server.store.signingKeys,
      sealing,
      clock: world.clock,
      lifetimes: { tokenSeconds: 3600, hintSeconds: 3600 },
    });
    const privates = (jwks.keys as readonly { d?: string; p?: string; q?: string }[]).flatMap(
      ({ d = '', p = '', q = '' }) => [d, p, q],
    );
    const keys = [...refresh, ...access, ...sealing].map(({ key }) => key);
    const raw = [...keys, ...Object.values(others), ...privates.map((text) => Buffer.from(text, 'base64url'))];
    const wanted = [SECRET, ...cookie, ...privates, ...raw, ...raw.flatMap(spellings)].filter(
      ({ length }) => length > 0,
    );
    const bytes = await dump();
    expect(privates.filter((text) => text !== '').length).to.be.at.least(4);
    expect(wanted.flatMap((text) => placesOf(bytes, text))).to.deep.equal([]);
  });

  it('holds none either once the server has closed, and everything is in one file', async () => {
    await world.close({ keepData: true });
    const bytes = await dump();
    expect(placesOf(bytes, phone.sid)).to.include('curfew.sqlite');
    expectNone(bytes);
    expect(placesOf(bytes, TYPED_AS_LOGIN)).to.deep.equal([]);
    expect(placesOf(bytes, WRONG_PASSWORD)).to.deep.equal([]);
  });
});

const spellings = (key: Buffer): string[] => [key.toString('base64url'), key.toString('base64'), key.toString('hex')];
