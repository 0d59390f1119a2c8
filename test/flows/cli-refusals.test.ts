import { expect } from 'chai';
import { type CommandLine, openCommandLine } from '../support/command-line.ts';
import { openWorld, PASSWORD, type World } from '../support/world.ts';

interface Refusal {
  readonly title: string;
  /** After `curfew`, with single spaces between. */
  readonly given: string;
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly says: RegExp;
}

const ADD = 'account add --email new@example.com';

/** By error code; each with its exit code. */
const REFUSALS: Readonly<Record<string, { readonly exit: number; readonly rows: readonly Refusal[] }>> = {
  usage: {
    exit: 2,
    rows: [
      { title: 'no command', given: '', says: /command is missing/ },
      { title: 'an unknown command', given: 'acount', says: /Did you mean account\?/ },
      { title: 'an unknown verb', given: 'session lst', says: /Did you mean list\?/ },
      { title: 'an unknown option', given: 'account add --emial x', says: /Did you mean --email\?/ },
      { title: 'a missing option', given: 'session list', says: /--account/ },
      { title: 'a missing argument', given: 'session explain', says: /argument 'sid'/ },
      { title: 'nothing to end', given: 'session end', says: /one SID, or --account/ },
      { title: 'two names of one account', given: 'account disable --email x --sub y', says: /cannot be used with/ },
      { title: 'an account without a name', given: 'account enable', says: /--email ADDRESS or --sub/ },
      { title: 'neither terminal nor pipe', given: ADD, says: /no terminal .* --password-stdin/ },
      { title: 'an empty pipe', given: `${ADD} --password-stdin`, stdin: '\n', says: /held no password/ },
      {
        title: 'a password as an argument',
        given: `${ADD} --password=${PASSWORD}`,
        says: /unknown option '--password'/,
      },
    ],
  },
  bad_request: {
    exit: 2,
    rows: [
      {
        title: 'what is no address',
        given: 'account add --email x --password-stdin',
        stdin: PASSWORD,
        says: /not an email/,
      },
    ],
  },
  weak_password: {
    exit: 4,
    rows: [
      { title: 'a weak password', given: `${ADD} --password-stdin`, stdin: 'password', says: /guessers try first/ },
    ],
  },
  account_exists: {
    exit: 4,
    rows: [
      {
        title: 'an account that exists',
        given: 'account add --email Known@Example.com --password-stdin',
        stdin: PASSWORD,
        says: /known@example\.com/,
      },
    ],
  },
  unknown_account: {
    exit: 3,
    rows: [
      { title: 'an unknown address', given: 'account disable --email no@example.com', says: /no@example\.com/ },
      { title: 'sessions of an unknown account', given: 'session end --account nobody', says: /nobody/ },
    ],
  },
  not_found: {
    exit: 3,
    rows: [
      { title: 'an unknown session', given: 'session end nosuchsession', says: /nosuchsession/ },
      {
        title: 'one that begins with a dash',
        given: 'session explain -aaaaaaaaaaaaaaaaaaaaa',
        says: /-aaaaaaaaaaaaaaaaaaaaa/,
      },
    ],
  },
  wrong_configuration: {
    exit: 2,
    rows: [
      { title: 'a wrong setting', given: 'config check', env: { CURFEW_PORT: 'x' }, says: /CURFEW_PORT: got 'x'/ },
    ],
  },
  unavailable: {
    exit: 1,
    rows: [
      {
        title: 'a database that cannot be opened',
        given: 'account list',
        env: { CURFEW_DATA_DIR: '/dev/null/x' },
        says: /cannot be opened \(ENOTDIR/,
      },
    ],
  },
  events_file: {
    exit: 1,
    rows: [
      {
        title: 'an events file that cannot be written',
        given: 'account enable --email known@example.com',
        env: { CURFEW_EVENTS_FILE: '/dev/null/x' },
        says: /^It is done, but/,
      },
    ],
  },
};

describe('what the command line refuses', () => {
  let world: World;
  let curfew: CommandLine;
  before(async () => {
    world = await openWorld();
    curfew = await openCommandLine(world);
    await world.server.accounts?.add({ email: 'known@example.com', password: PASSWORD });
  });
  after(async () => {
    await curfew.close();
    await world.close();
  });

  for (const [error, { exit, rows }] of Object.entries(REFUSALS)) {
    for (const { title, given, stdin = '', env = {}, says } of rows) {
      it(`${title}: exit ${exit}, ${error}`, async () => {
        const ran = await curfew.run(['--json', ...given.split(' ').filter(Boolean)], { stdin, env });
        expect(ran).to.include({ code: exit, stdout: '' });
        const told = JSON.parse(ran.stderr) as { error: { code: string; message: string } };
        expect(told.error).to.have.all.keys('code', 'message');
        expect(told.error.code).to.equal(error);
        expect(told.error.message).to.match(says);
        expect(ran.stderr).to.not.contain(PASSWORD);
      });
    }
  }

  it('says it in one sentence to people, on standard error', async () => {
    const unknown = await curfew.run(['acount']);
    expect(unknown).to.deep.equal({
      code: 2,
      stdout: '',
      stderr: "unknown command 'acount' (Did you mean account?). See curfew --help.\n",
    });
    const nothing = await curfew.run([]);
    expect(nothing).to.include({ code: 2, stdout: '' });
    expect(nothing.stderr).to.match(/^Usage: curfew /);
    const missing = await curfew.run(['session', 'explain', 'nosuchsession']);
    expect(missing.stderr).to.match(/^No session in \S+ has the sid nosuchsession, .*\.\n$/);
  });

  it('does not take asking for help for a failure', async () => {
    for (const given of [['--help'], ['help', 'session'], ['session', 'end', '--help']]) {
      const { code, stdout, stderr } = await curfew.run(given);
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
      expect(stdout).to.match(/^Usage: curfew /);
    }
  });
});
