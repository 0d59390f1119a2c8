import { expect } from 'chai';
import { startVisit, type Visit, viewOf } from './pages-fixture.ts';

const OURS = 'https://id.example.com';
const RIGHT = { login: 'alice@example.com', password: 'right' };

const ORIGINS: readonly (readonly [what: string, headers: Readonly<Record<string, string>>, taken: boolean])[] = [
  ['our origin', { Origin: OURS }, true],
  ['our referer alone', { Referer: `${OURS}/interaction/uid-1` }, true],
  ['Sec-Fetch-Site same-origin alone', { 'Sec-Fetch-Site': 'same-origin' }, true],
  ['another origin', { Origin: 'https://evil.example' }, false],
  ['another origin with our referer', { Origin: 'https://evil.example', Referer: `${OURS}/` }, false],
  ['our host over http', { Origin: 'http://id.example.com' }, false],
  ['our host at another port', { Origin: 'https://id.example.com:8443' }, false],
  ['a host that begins as ours', { Origin: 'https://id.example.com.evil.example' }, false],
  ['the null origin', { Origin: 'null' }, false],
  ['a referer that only begins as ours', { Referer: 'https://id.example.com.evil.example/' }, false],
  ['a referer that is no URL', { Referer: 'id.example.com' }, false],
  ['Sec-Fetch-Site same-site', { 'Sec-Fetch-Site': 'same-site' }, false],
  ['Sec-Fetch-Site cross-site with our referer', { 'Sec-Fetch-Site': 'cross-site', Referer: `${OURS}/` }, false],
  ['nothing', {}, false],
];

describe('forged and broken forms', () => {
  let visit: Visit;
  beforeEach(() => {
    visit = startVisit();
  });
  afterEach(() => visit.server.close());

  const expectNothingDone = (): void => {
    expect([...visit.results, ...visit.shown]).to.deep.equal([]);
    expect(visit.attempts).to.deep.equal([]);
  };

  for (const [what, headers, taken] of ORIGINS) {
    it(`are told by where they come from: ${what} is ${taken ? 'taken' : 'refused'}`, async () => {
      const { status, text } = await visit.submit('/interaction/uid-1/login', RIGHT, headers);
      expect(status).to.equal(taken ? 303 : 403);
      if (taken) return;
      expect(text).to.include('forbidden_origin');
      expectNothingDone();
    });
  }

  it('are refused without the token of this interaction, on every step', async () => {
    const foreign = visit.csrf('uid-2');
    const tokens = ['', 'x', foreign, `${visit.csrf()}AA`, visit.csrf().slice(0, -2)];
    for (const csrf of tokens) {
      for (const step of ['login', 'consent', 'continue', 'abort']) {
        const { status } = await visit.submit(`/interaction/uid-1/${step}`, { ...RIGHT, csrf });
        expect(status, `${step} with ${csrf}`).to.equal(403);
      }
    }
    expect((await visit.submit('/interaction/uid-1/login', 'login=a&password=b')).status).to.equal(403);
    expectNothingDone();
  });

  it('cannot use their own interaction to answer another', async () => {
    const { status, text } = await visit.submit('/interaction/uid-2/login', { ...RIGHT, csrf: visit.csrf('uid-2') });
    expect(status).to.equal(400);
    expect(text).to.include('interaction_expired');
    expectNothingDone();
  });

  const BROKEN: readonly (readonly [what: string, rest: string])[] = [
    ['an array', 'login[]=a&password=right'],
    ['an object', 'login[$ne]=&password=right'],
    ['a nested password', 'login=alice&password[a][b]=right'],
    ['a duplicate', 'login=alice&login=bob&password=right'],
    ['a duplicate token', 'csrf=x&login=alice&password=right'],
    ['NUL', 'login=alice%00&password=right'],
    ['NUL in the password', 'login=alice&password=right%00'],
    ['__proto__', '__proto__=x&login=alice&password=right'],
    ['a field of nobody', 'login=alice&password=right&admin=1'],
    ['no password', 'login=alice'],
    ['no login', 'password=right'],
    ['a login longer than any address', `login=${'a'.repeat(321)}&password=right`],
    ['10,000 parameters', `login=alice&password=right${'&a'.repeat(5000)}`],
    ['a body over the limit', `login=alice&password=${'a'.repeat(17_000)}`],
  ];

  for (const [what, rest] of BROKEN) {
    it(`are a 400 page with ${what}`, async () => {
      const { status, text } = await visit.submit('/interaction/uid-1/login', `csrf=${visit.csrf()}&${rest}`);
      expect(status).to.equal(400);
      expect(text).to.include('bad_request').and.include('<h1>');
      expectNothingDone();
    });
  }

  it('take no other kind of body', async () => {
    for (const type of ['application/json', 'text/plain', 'multipart/form-data; boundary=x', 'application/xml']) {
      const body = type.includes('json') ? JSON.stringify({ ...RIGHT, csrf: visit.csrf() }) : `csrf=${visit.csrf()}`;
      const { status } = await visit.submit('/interaction/uid-1/login', body, { Origin: OURS, 'Content-Type': type });
      expect(status, type).to.equal(403);
    }
    const packed = { Origin: OURS, 'Content-Encoding': 'nonsense' };
    expect((await visit.submit('/interaction/uid-1/login', RIGHT, packed)).status).to.equal(400);
    expectNothingDone();
  });

  it('survive a path that is no text', async () => {
    expect((await visit.get('/interaction/%E0%A4%A')).status).to.equal(400);
    expect((await visit.get('/interaction/%00')).status).to.equal(400);
  });
});

describe('a token', () => {
  it('is bound to its interaction and its key', () => {
    const [one, other] = [startVisit(), startVisit({ view: viewOf({ uid: 'uid-1' }) })];
    one.server.close();
    other.server.close();
    expect(one.csrf('a')).to.equal(one.csrf('a')).and.not.equal(one.csrf('b')).and.not.equal(other.csrf('a'));
  });
});
