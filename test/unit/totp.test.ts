import { expect } from 'chai';
import { Secret, URI } from 'otpauth';
import decodeQr from 'qr/decode.js';
import { newTotpSecret, qrCode, totpStepOf, totpUri } from '../../server/accounts/totp.ts';

const SCALE = 4;

/** The picture that the code's path draws: a piece for each run of dark modules in a row. */
const pictureOf = (svg: string) => {
  const side = Number(/viewBox="0 0 (\d+)/.exec(svg)?.[1]) * SCALE;
  const data = new Uint8Array(side * side * 4).fill(255);
  for (const [, x, y, length] of svg.matchAll(/M(\d+) (\d+)h(\d+)v1H\d+z/g)) {
    for (let line = 0; line < SCALE; line += 1) {
      const at = (Number(y) * SCALE + line) * side + Number(x) * SCALE;
      for (let point = 0; point < Number(length) * SCALE; point += 1)
        data.fill(0, (at + point) * 4, (at + point) * 4 + 3);
    }
  }
  return { width: side, height: side, data };
};

describe('the key of an authenticator app', () => {
  it('is 160 random bits, in the letters that apps take', () => {
    const keys = new Set(Array.from({ length: 100 }, newTotpSecret));
    expect(keys).to.have.property('size', 100);
    for (const key of keys) expect(Secret.fromBase32(key).bytes).to.have.length(20);
  });

  it('says whose it is and of which service, also where that holds what URIs are made of', () => {
    const login = 'ada+?&#:%/@exämple.com';
    const read = URI.parse(totpUri('JBSWY3DPEHPK3PXP', 'id.example.com', login));
    expect(read).to.include({ issuer: 'id.example.com', label: login, algorithm: 'SHA1', digits: 6, period: 30 });
  });

  it('is read from the QR code as it was written', () => {
    const uri = totpUri(newTotpSecret(), 'id.example.com', `${'a'.repeat(64)}@${'b'.repeat(180)}.example.com`);
    const svg = qrCode(uri);
    expect(svg)
      .to.match(/^<svg[^>]*>/)
      .and.not.match(/style=|<script|http:\/\/(?!www\.w3\.org)/);
    expect(decodeQr(pictureOf(svg))).to.equal(uri);
  });

  it('makes the codes of RFC 6238, appendix B, and takes each within its step and one beside it', () => {
    const secret = Secret.fromLatin1('12345678901234567890').base32;
    const at = (seconds: number) => ({ now: () => seconds, nowMs: () => seconds * 1000 });
    expect(totpStepOf(secret, '287082', at(59))).to.equal(1);
    expect(totpStepOf(secret, '081 804', at(1_111_111_109))).to.equal(37_037_036);
    for (const [seconds, step] of [
      [29, 1],
      [89, 1],
      [90, undefined],
    ] as const) {
      expect(totpStepOf(secret, '287082', at(seconds)), `${seconds} s`).to.equal(step);
    }
    for (const typed of ['', '28708', '2870820', 'abcdef', '２８７０８２']) {
      expect(totpStepOf(secret, typed, at(59)), typed).to.equal(undefined);
    }
  });
});
