import { expect } from 'chai';
import { importJWK, jwtVerify, SignJWT } from 'jose';
import { CurfewError } from '../../server/errors.ts';
import { deriveKeys, type SigningKeyRecord, type SigningKeyStore } from '../../server/keys.ts';
import { openSigningKeys } from '../../server/signing-keys.ts';

const NEW = 'the-newest-master-secret-of-sufficient-length';
const OLD = 'an-older-master-secret-of-sufficient-length!!';

const clock = { now: () => 1_750_000_000, nowMs: () => 1_750_000_000_000 };

/** Insert-only by algorithm; a turn between question and answer, so that racing nodes overlap. */
const storeOf = (records: SigningKeyRecord[] = []): SigningKeyStore & { readonly records: SigningKeyRecord[] } => ({
  records,
  async list() {
    await null;
    return [...records];
  },
  async insertFirst(key) {
    await null;
    if (records.some(({ alg }) => alg === key.alg)) return false;
    records.push(key);
    return true;
  },
  async insert(key) {
    records.push(key);
  },
  async remove(name) {
    records.splice(0, records.length, ...records.filter(({ kid }) => kid !== name));
  },
  async reseal(key, seenSealedUnder) {
    await null;
    const at = records.findIndex(({ kid, sealedUnder }) => kid === key.kid && sealedUnder === seenSealedUnder);
    if (at < 0) return false;
    records[at] = key;
    return true;
  },
});

describe('derived keys', () => {
  it('are the same for the same secrets, on every node', () => {
    expect(deriveKeys([NEW, OLD])).to.deep.equal(deriveKeys([NEW, OLD]));
    const { refresh, sealing } = deriveKeys([NEW, OLD]);
    expect(refresh.map(({ id }) => id)).to.deep.equal(['rKGy31NA', 'nPZ9QPmH']);
    expect(sealing[0].key).to.have.length(32);
  });

  it('differ by use, and keep their ids when a secret moves back', () => {
    const { cookie, refresh, sealing, dpopNonce, digest } = deriveKeys([NEW]);
    const keys = [refresh[0].key, sealing[0].key, dpopNonce, digest].map((bytes) => bytes.toString('base64url'));
    expect(new Set([...keys, ...cookie]).size).to.equal(5);
    expect(refresh[0].id)
      .to.match(/^[\w-]{8}$/)
      .and.not.equal(sealing[0].id);
    expect(deriveKeys([OLD, NEW]).refresh[1]).to.deep.equal(refresh[0]);
    expect(deriveKeys([OLD, NEW]).digest).not.to.deep.equal(digest);
  });
});

describe('signing keys', () => {
  const { sealing } = deriveKeys([NEW, OLD]);
  const lifetimes = { tokenSeconds: 3600, hintSeconds: 86_400 };
  const open = (store: SigningKeyStore, under = sealing) =>
    openSigningKeys({ store, sealing: under, clock, lifetimes });

  it('are made at first start, ES256 first, and the same ever after', async () => {
    const store = storeOf();
    const { jwks } = await open(store);
    expect(jwks.keys.map(({ alg, kty, use }) => [alg, kty, use])).to.deep.equal([
      ['ES256', 'EC', 'sig'],
      ['RS256', 'RSA', 'sig'],
    ]);
    expect((await open(store)).jwks).to.deep.equal(jwks);
    for (const key of jwks.keys) {
      const signed = await new SignJWT({ sub: 'x' })
        .setProtectedHeader({ alg: key.alg ?? '', kid: key.kid ?? '' })
        .sign(await importJWK(key));
      const { d, p, q, dp, dq, qi, ...verifying } = key;
      expect((await jwtVerify(signed, await importJWK(verifying))).protectedHeader.kid).to.equal(key.kid);
    }
  });

  it('are the same for nodes that start at once', async () => {
    const store = storeOf();
    const [one, two, three] = await Promise.all([open(store), open(store), open(store)]);
    expect(store.records).to.have.length(2);
    expect(two).to.deep.equal(one);
    expect(three).to.deep.equal(one);
  });

  it('are never stored in clear', async () => {
    const store = storeOf();
    const { jwks } = await open(store);
    for (const key of jwks.keys) expect(JSON.stringify(store.records)).not.to.include(key.d);
    for (const { sealed } of store.records)
      expect(Buffer.from(sealed, 'base64url').toString('latin1')).not.to.match(/"(d|kty)"/);
  });

  it('sign with the newest of an algorithm', async () => {
    const [first, second] = [storeOf(), storeOf()];
    const { jwks: older } = await open(first);
    const { jwks: newer } = await open(second);
    const { jwks } = await open(storeOf([...first.records, ...second.records]));
    const order = [newer.keys[0], older.keys[0], newer.keys[1], older.keys[1]];
    expect(jwks.keys.map(({ kid }) => kid)).to.deep.equal(order.map((key) => key?.kid));
  });

  it('open under an older secret that is still given, and no longer need it afterwards', async () => {
    const store = storeOf();
    const { jwks: before } = await open(store, deriveKeys([OLD]).sealing);
    expect((await open(store, deriveKeys([NEW, OLD]).sealing)).jwks).to.deep.equal(before);
    expect((await open(store, deriveKeys([NEW]).sealing)).jwks).to.deep.equal(before);
  });

  const refused = async (store: SigningKeyStore, under = sealing): Promise<string> =>
    open(store, under).then(
      () => expect.fail('opened'),
      (error: CurfewError) => {
        expect(error).to.be.instanceOf(CurfewError).with.property('code', 'wrong_configuration');
        return error.detail ?? '';
      },
    );

  it('say which secret is missing', async () => {
    const store = storeOf();
    await open(store);
    const detail = await refused(store, deriveKeys([OLD]).sealing);
    expect(detail).to.match(/^Signing key [\w-]{43} \(ES256\) is sealed under a secret that is no longer given/);
  });

  it('do not open when changed, or moved to another name', async () => {
    const store = storeOf();
    await open(store);
    const [first, second] = store.records as [SigningKeyRecord, SigningKeyRecord];
    const flipped = Buffer.from(first.sealed, 'base64url');
    flipped[20] = (flipped[20] ?? 0) ^ 1;
    const changed = { ...first, sealed: flipped.toString('base64url') };
    expect(await refused(storeOf([changed, second]))).to.include('the stored key is damaged');
    expect(await refused(storeOf([{ ...first, sealed: second.sealed }, second]))).to.include(
      'the stored key is damaged',
    );
    expect(await refused(storeOf([{ ...first, sealed: '' }, second]))).to.include('the stored key is damaged');
  });
});
