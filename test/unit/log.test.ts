import { expect } from 'chai';
import { createLog, type LogLevel } from '../../server/log.ts';

const TIME = '2026-01-02T03:04:05.000Z';

const recording = (level: LogLevel = 'debug') => {
  const lines: string[] = [];
  const log = createLog({ level, write: (line) => lines.push(line), now: () => new Date(TIME) });
  return { log, lines, entry: () => JSON.parse(lines.at(-1) ?? '') };
};

/** What a field becomes. */
const logged = (field: unknown): unknown => {
  const { log, entry } = recording();
  log.info('x', { field });
  return entry().field;
};

describe('the log', () => {
  it('writes one line of JSON a message', () => {
    const { log, lines } = recording();
    log.info('listening\nhere', { port: 3000, at: new Date(TIME) });
    expect(lines).to.deep.equal([
      `{"time":"${TIME}","level":"info","msg":"listening\\nhere","port":3000,"at":"${TIME}"}\n`,
    ]);
  });

  const levels: readonly [LogLevel, number][] = [
    ['debug', 4],
    ['info', 3],
    ['warn', 2],
    ['error', 1],
    ['silent', 0],
  ];
  for (const [level, count] of levels)
    it(`writes ${count} of four levels at ${level}`, () => {
      const { log, lines } = recording(level);
      for (const own of ['debug', 'info', 'warn', 'error'] as const) log[own]('x');
      expect(lines).to.have.length(count);
    });

  for (const name of [
    'token',
    'refresh_token',
    'accessToken',
    'code',
    'code_verifier',
    'password',
    'newPassword',
    'client_secret',
    'CURFEW_SECRETS',
    'Authorization',
    'cookie',
    'set-cookie',
    'client_assertion',
    'DPoP',
  ])
    it(`hides ${name}, at any depth`, () => {
      expect(logged([{ deep: { [name]: 'hunter2' } }])).to.deep.equal([{ deep: { [name]: '[redacted]' } }]);
    });

  for (const name of ['error_code', 'statusCode', 'sid', 'client_id', 'grant_type', 'encoded'])
    it(`shows ${name}`, () => expect(logged({ [name]: 'plain' })).to.deep.equal({ [name]: 'plain' }));

  it('shows that there was none, and whether there was one', () => {
    expect(logged({ token: null, cookie: true })).to.deep.equal({ token: null, cookie: true });
  });

  const texts: readonly [string, string][] = [
    ['/cb?code=hunter2&state=s', '/cb?code=[redacted]&state=s'],
    ['grant_type=refresh_token&refresh_token=hunter2', 'grant_type=refresh_token&refresh_token=[redacted]'],
    ['sent Bearer hunter2hunter2', 'sent Bearer [redacted]'],
    ['a bearer of news', 'a bearer of news'],
  ];
  for (const [text, expected] of texts)
    it(`makes '${expected}' of a text`, () => expect(logged(text)).to.equal(expected));

  it('renders an error with its stack and causes', () => {
    const cause = Object.assign(new Error('no connection for token=hunter2'), { code: 'ECONNREFUSED' });
    const field = logged(new TypeError('failed', { cause })) as Record<string, unknown>;
    expect(field).to.include({ name: 'TypeError', message: 'failed' });
    expect(field['stack']).to.match(/^TypeError: failed\n +at /);
    expect(field['cause']).to.include({ message: 'no connection for token=[redacted]', error_code: 'ECONNREFUSED' });
    expect(JSON.stringify(field)).not.to.include('hunter2');
  });

  it('bears what JSON does not', () => {
    const round: Record<string, unknown> = {};
    round['round'] = round;
    expect(
      logged({ big: 1n, bytes: Buffer.from('hunter2'), url: new URL('https://a.example/?code=x'), none: undefined }),
    ).to.deep.equal({
      big: '1',
      bytes: '[7 bytes]',
      url: 'https://a.example/?code=[redacted]',
    });
    expect(JSON.stringify(logged(round))).to.include('[deeper]');
  });

  it('lets no field pass for the time, the level or the message', () => {
    const { log, entry } = recording();
    log.warn('real', { msg: 'false', level: 'debug', time: 'never' });
    expect(entry()).to.deep.equal({ time: TIME, level: 'warn', msg: 'real' });
  });
});
