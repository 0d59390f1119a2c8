import { appendFile, copyFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { openSqliteStore } from '../../adapters/sqlite/store.ts';
import { confirm } from '../../server/cli/confirm.ts';
import type { Input } from '../../server/cli/password-input.ts';
import { type CommandLine, openCommandLine } from '../support/command-line.ts';
import { silently } from '../support/devices.ts';
import type { Phone } from '../support/phone.ts';
import { openWorld, type World } from '../support/world.ts';

describe('a backup, and what a restore forgets', () => {
  let world: World;
  let curfew: CommandLine;
  let eventsFile: string;
  before(async () => {
    const first = await openWorld();
    eventsFile = join(first.dataDir, 'events.jsonl');
    await first.close({ keepData: true });
    world = await openWorld({ dataDir: first.dataDir, config: { eventsFile } });
    curfew = await openCommandLine(world);
  });
  after(async () => {
    await curfew.close();
    await world.close();
  });

  const refreshes = async (phone: Phone): Promise<boolean> =>
    (await phone.refreshWith(phone.refreshToken)).status === 200;

  const restoredFrom = async (backup: string): Promise<void> => {
    await world.close({ keepData: true });
    const file = join(world.dataDir, 'curfew.sqlite');
    for (const end of ['-wal', '-shm']) await rm(`${file}${end}`, { force: true });
    await copyFile(backup, file);
    const port = Number(new URL(world.issuer).port);
    world = await openWorld({ dataDir: world.dataDir, port, config: { eventsFile } });
    for (let sockets = 0; sockets < 5; sockets += 1) await fetch(`${world.issuer}/health/live`).catch(() => undefined);
  };

  it('is a whole copy, made while the server writes, and overwrites nothing', async () => {
    const phones = await Promise.all(Array.from({ length: 3 }, () => world.signedIn()));
    const file = join(world.dataDir, 'copy.sqlite');
    let copying = true;
    const busy = phones.map(async (phone) => {
      while (copying) await phone.refresh();
    });
    const copied = await curfew.json<{ file: string; bytes: number }>(['backup', file]);
    copying = false;
    await Promise.all(busy);
    const { mode, size } = await stat(file);
    expect((mode & 0o777).toString(8)).to.equal('600');
    expect(copied).to.deep.equal({ file, bytes: size });

    const again = await curfew.run(['--json', 'backup', file]);
    expect(again).to.include({ code: 4, stdout: '' });
    expect((await stat(file)).size).to.equal(size);
    const nowhere = await curfew.run(['backup', join(world.dataDir, 'no', 'such', 'folder')]);
    expect(nowhere).to.include({ code: 2 });
    const empty = await curfew.run(['backup', `${file}2`], { env: { CURFEW_DATA_DIR: join(world.dataDir, 'none') } });
    expect(empty).to.include({ code: 2 });
    expect(empty.stderr).to.match(/nothing to back up/);

    const store = await openSqliteStore({ file, timeoutSeconds: 5 });
    for (const { sid } of phones) expect(await store.sessions.find(sid)).to.include({ status: 'live' });
    await store.close();
  });

  it('learns of the endings that it forgot from the events file', async () => {
    const [lost, browserOf, before, stays] = [
      await world.signedIn(),
      await world.signedIn(),
      await world.signedIn(),
      await world.signedIn(),
    ];
    await curfew.json(['session', 'end', before.sid]);
    const backup = join(world.dataDir, 'backup.sqlite');
    await curfew.json(['backup', backup]);
    const since = new Date().toISOString();
    const { sub } = browserOf.idClaims() as { sub: string };
    await curfew.run(['session', 'end', lost.sid], { env: { CURFEW_EVENTS_FILE: eventsFile } });
    await world.server.sessions.endAll(sub, 'device_lost');
    await world.server.accounts?.disable(sub);
    const late = await world.signedIn();
    await world.server.core.revocation.end(
      { sid: late.sid, accountId: 'x', clientId: 'phone' },
      'signed_out_elsewhere',
    );
    await restoredFrom(backup);
    // A crash may have torn the last line.
    await appendFile(eventsFile, '{"type":"session_en');
    for (const phone of [lost, browserOf, stays]) expect(await refreshes(phone)).to.equal(true);
    expect((await silently(browserOf)).code).to.be.a('string');

    const given = ['session', 'end', '--ended-since', since, '--from-events', eventsFile];
    const done = await curfew.json(given);
    expect(done).to.deep.include({ endings: 4, ended: { sessions: 2, browsers: 1 }, already: 0, not_here: 1 });
    expect(done['accounts']).to.have.nested.property('[0].type', 'account_disabled');
    for (const phone of [lost, browserOf]) expect(await refreshes(phone)).to.equal(false);
    expect((await silently(browserOf)).code).to.equal(undefined);
    expect(await refreshes(stays)).to.equal(true);
    const ended = await world.server.store.sessions.find(browserOf.sid);
    expect(ended?.ended).to.include({ reason: 'device_lost' });

    const again = await curfew.run(given);
    expect(again.stdout).to.match(/tells of 4 endings since \S+: ended nothing; 3 had ended here too, 1 are not/);
    expect(again.stdout)
      .to.match(/^1 lines could not be read/m)
      .and.match(/account disabled$/m);
  });

  it('takes a time and a file that there are', async () => {
    for (const given of [
      ['--ended-since', 'yesterday', '--from-events', eventsFile],
      ['--ended-since', '2026-01-01T00:00:00Z', '--from-events', '/no/such/file'],
      ['--ended-since', '2026-01-01T00:00:00Z'],
      ['--from-events', eventsFile],
      ['--all', '--account', 'x'],
      ['--all', '--reason', 'whim', '--yes'],
    ]) {
      expect(await curfew.run(['session', 'end', ...given]), given.join(' ')).to.include({ code: 2, stdout: '' });
    }
  });

  it('ends everything of everybody, where somebody means it', async () => {
    const [phone, bank] = [await world.signedIn(), await world.signedIn('bank')];
    const asked = await curfew.run(['session', 'end', '--all']);
    expect(asked).to.include({ code: 2, stdout: '' });
    expect(asked.stderr).to.match(/--yes/);
    expect(await refreshes(phone)).to.equal(true);
    const { accounts, ended } = await curfew.json<{ accounts: number; ended: { sessions: number } }>([
      ...['session', 'end', '--all', '--yes', '--reason', 'consent_withdrawn'],
    ]);
    expect([accounts, ended.sessions].every((count) => count >= 2)).to.equal(true);
    for (const one of [phone, bank]) {
      expect(await refreshes(one)).to.equal(false);
      expect((await silently(one)).code).to.equal(undefined);
    }
    expect((await world.server.store.sessions.find(bank.sid))?.ended).to.include({ reason: 'consent_withdrawn' });
    expect((await curfew.run(['session', 'end', '--all', '--yes'])).stdout).to.equal('Nobody was signed in.\n');
    await world.signedIn();
  });

  it('asks at a terminal, and takes nothing but yes for it', async () => {
    const answered = async (typed: string) => {
      const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => {} }) as Input & PassThrough;
      const asked = confirm({ input, output: new PassThrough() }, 'Sure?', false).catch((error: Error) => error);
      input.write(typed);
      return asked;
    };
    expect(await answered('yes\r')).to.equal(undefined);
    for (const typed of ['y\r', '\r', '\u0003', '\u0004']) {
      expect(await answered(typed)).to.include({ code: 'cancelled' });
    }
  });
});
