import { expect } from 'chai';
import { type CommandLine, openCommandLine } from '../support/command-line.ts';
import { openWorld, type World } from '../support/world.ts';

interface Checked {
  readonly sessions_without_secret: number;
  readonly secrets: readonly { position: number; sessions: number; last_ends_at: string | null; signing_keys: [] }[];
}

const OLD = 'test-secret-test-secret-test-secret-0123456789';

describe('a master secret, and its replacement', () => {
  let world: World;
  let curfew: CommandLine;
  let newest = OLD;
  before(async () => {
    world = await openWorld();
    curfew = await openCommandLine(world);
  });
  after(async () => {
    world.clock.reset();
    await curfew.close();
    await world.close();
  });

  const restarted = async (secrets: [string, ...string[]]): Promise<void> => {
    await world.close({ keepData: true });
    const port = Number(new URL(world.issuer).port);
    world = await openWorld({ dataDir: world.dataDir, port, config: { secrets } });
    for (let sockets = 0; sockets < 5; sockets += 1) await fetch(`${world.issuer}/health/live`).catch(() => undefined);
  };

  it('is brought in while sessions go on, and config check says when the older one can go', async () => {
    // The command line reads the machine's clock: what is signed in here was signed in days ago.
    world.clock.advance({ days: -5 });
    const [phone, other] = [await world.signedIn(), await world.signedIn()];
    const { secret, steps } = await curfew.json<{ secret: string; steps: string[] }>(['secret', 'rotate']);
    expect(secret).to.have.length.at.least(64);
    expect(steps[0]).to.match(/first in CURFEW_SECRETS/);
    const env = { CURFEW_SECRETS: `${secret},${OLD}` };
    const check = async () => {
      const { stdout } = await curfew.run(['--json', 'config', 'check'], { env });
      return (JSON.parse(stdout) as Checked).secrets;
    };
    expect((await check())[0]?.signing_keys, 'not started with it yet').to.have.length(2);
    const early = await curfew.run(['config', 'check'], { env });
    expect(early.stdout).to.match(/^Secret 2 of 2: signing keys are sealed under it; start the server once/m);

    await restarted([secret, OLD]);
    await phone.refresh();
    const [used] = await check();
    expect(used).to.deep.include({ position: 2, sessions: 1, signing_keys: [] });
    const { absolute } = await absoluteEnd(other.sid);
    expect(used?.last_ends_at).to.equal(absolute);
    const text = await curfew.run(['config', 'check'], { env });
    expect(text.stdout).to.match(/^Secret 2 of 2: 1 live session may still .* ends at most at \S+ \(in 174 days\)\./m);

    await other.refresh();
    expect((await check())[0]).to.deep.include({ sessions: 0, last_ends_at: null });
    const free = await curfew.run(['config', 'check'], { env });
    expect(free.stdout).to.match(/^Secret 2 of 2: no live session .* it can go now\.$/m);
    await restarted([secret]);
    newest = secret;
    await Promise.all([phone.refresh(), other.refresh()]);
  });

  it('counts a phone that may have lost the reply that changed its key', async () => {
    world.clock.reset();
    const phone = await world.signedIn();
    const { secret } = await curfew.json<{ secret: string }>(['secret', 'rotate']);
    const env = { CURFEW_SECRETS: `${secret},${newest}` };
    const left = async () => {
      const { stdout } = await curfew.run(['--json', 'config', 'check'], { env });
      return (JSON.parse(stdout) as Checked).secrets[0]?.sessions;
    };
    await restarted([secret, newest]);
    const others = (await left()) ?? 0;
    await phone.refresh();
    expect(await left()).to.equal(others);
    await phone.refresh();
    expect(await left()).to.equal(others - 1);
    newest = secret;
  });

  it('says who is signed out for want of one that was taken away too early, and that it can be put back', async () => {
    const phone = await world.signedIn();
    const { secret } = await curfew.json<{ secret: string }>(['secret', 'rotate']);
    await restarted([secret, newest]);
    const moved = await world.signedIn();
    await restarted([secret]);
    expect((await phone.refreshWith(phone.refreshToken)).body).to.include({ error: 'invalid_grant' });
    const env = { CURFEW_SECRETS: secret };
    const { stdout } = await curfew.run(['--json', 'config', 'check'], { env });
    const { sessions_without_secret: without } = JSON.parse(stdout) as Checked;
    expect(without).to.be.at.least(1);
    const { stdout: told } = await curfew.run(['config', 'check'], { env });
    expect(told).to.match(
      new RegExp(`^${without} live sessions?, made with a secret that is not in CURFEW_SECRETS`, 'm'),
    );
    await moved.refresh();
    await restarted([secret, newest]);
    await phone.refresh();
  });

  const absoluteEnd = async (sid: string): Promise<{ absolute: string }> => {
    const session = await world.server.store.sessions.find(sid);
    const end = (session?.authTime ?? 0) + 180 * 24 * 3600;
    return { absolute: new Date(end * 1000).toISOString().replace('.000Z', 'Z') };
  };
});
