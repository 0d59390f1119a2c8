import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { type CommandLine, openCommandLine } from '../support/command-line.ts';
import { openWorld, PASSWORD, standardConfig, type World } from '../support/world.ts';

interface Shape {
  readonly title: string;
  readonly given: readonly string[];
  readonly keys: readonly string[];
}

const KEYS: readonly Shape[] = [
  { title: 'account list', given: ['account', 'list'], keys: ['accounts'] },
  {
    title: 'account disable',
    given: ['account', 'disable', '--email', 'known@example.com'],
    keys: ['account', 'ended'],
  },
  { title: 'account enable', given: ['account', 'enable', '--email', 'known@example.com'], keys: ['account', 'ended'] },
  {
    title: 'session list',
    given: ['session', 'list', '--account', 'known@example.com'],
    keys: ['account', 'sessions'],
  },
  {
    title: 'session end --account',
    given: ['session', 'end', '--account', 'known@example.com'],
    keys: ['account', 'ended'],
  },
  {
    title: 'config check',
    given: ['config', 'check'],
    keys: ['valid', 'issuer', 'clients', 'warnings', 'secrets', 'sessions_without_secret'],
  },
];

describe('what the command line answers', () => {
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

  for (const { title, given, keys } of KEYS) {
    it(`answers ${title} in JSON of a stable shape`, async () => {
      expect(await curfew.json(given)).to.have.all.keys(...keys);
    });
  }

  it('warns of what is allowed and unwise, which is no error', async () => {
    const short = { ...standardConfig.clients[0], lifetimes: { accessTokenSeconds: 60 } };
    const file = join(world.dataDir, 'short.json');
    await writeFile(file, JSON.stringify({ ...standardConfig, clients: [short, ...standardConfig.clients.slice(1)] }));
    const { code, stdout } = await curfew.run(['config', 'check'], { env: { CURFEW_CONFIG: file } });
    expect(code).to.equal(0);
    expect(stdout).to.match(/is valid, with \d+ warnings\.\n/);
    expect(stdout).to.match(/^clients\['phone'\]\.lifetimes\.accessTokenSeconds is 60/m);
  });

  it('writes its endings to the events file, from which a restored backup learns of them', async () => {
    const phone = await world.signedIn();
    const file = join(world.dataDir, 'events.jsonl');
    await curfew.run(['session', 'end', phone.sid], { env: { CURFEW_EVENTS_FILE: file } });
    const events = (await readFile(file, 'utf8')).trim().split('\n');
    expect(events.map((line) => JSON.parse(line))).to.have.nested.property('[0].data.reason', 'admin');
  });

  it('opens one new database from many processes at once', async () => {
    const env = { CURFEW_DATA_DIR: join(world.dataDir, 'fresh') };
    const ran = await Promise.all(
      Array.from({ length: 4 }, (_, index) =>
        curfew.run(['account', 'add', '--email', `p${index}@example.com`, '--password-stdin'], {
          stdin: PASSWORD,
          env,
        }),
      ),
    );
    expect(ran.map(({ code }) => code)).to.deep.equal([0, 0, 0, 0]);
    const { stdout } = await curfew.run(['account', 'list', '--json'], { env });
    expect(JSON.parse(stdout).accounts).to.have.length(4);
  });
});
