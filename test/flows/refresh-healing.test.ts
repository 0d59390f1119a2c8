import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Phone, tokensOf } from '../support/phone.ts';
import { openWorld, type World } from '../support/world.ts';
import { endingOf, eventsOf, expectRefused, isActive, stored, story } from './refresh-story.ts';

const DATABASE = 'curfew.sqlite';

describe('a store that lost what it had written', () => {
  let world: World;
  afterEach(async () => {
    world.clock.reset();
    await world.close();
  });

  /** Closes the world, does something to its files, and opens it again where it was. */
  const reopened = async (between: (dataDir: string) => Promise<void>): Promise<void> => {
    const { dataDir, issuer } = world;
    await world.close({ keepData: true });
    await between(dataDir);
    world = await openWorld({ dataDir, port: Number(new URL(issuer).port) });
    // Whoever asks first may still be given a connection of the server that is gone.
    await fetch(`${issuer}/health/live`).catch(() => undefined);
  };

  /** A phone whose refreshes since a backup the restored store knows nothing of. */
  const restoredAfter = async (refreshes: number): Promise<Phone> => {
    world = await openWorld();
    const phone = await world.signedIn();
    await phone.refresh();
    const backup = join(world.dataDir, 'backup');
    await reopened((dataDir) => copyFile(join(dataDir, DATABASE), backup));
    for (let one = 0; one < refreshes; one++) await phone.refresh();
    await reopened((dataDir) => copyFile(backup, join(dataDir, DATABASE)));
    expect((await stored(world, phone)).head).to.include({ generation: 1 });
    return phone;
  };

  const ready = async () => (await (await fetch(`${world.issuer}/health/ready`)).json()) as Record<string, unknown>;

  it('heals a rotation lost to a power cut: the phone notices nothing, and neither does the operator', async () => {
    const phone = await restoredAfter(1);
    const { refresh_token: next } = await phone.refresh();
    expect(next).to.match(/\.3\./);
    expect(await isActive(world, phone.tokens.access_token)).to.equal(true);
    expect(await story(world, phone.sid)).to.deep.equal(['session_started', 'refresh_healed']);
    expect(await ready()).to.deep.equal({ status: 'ready', warnings: [] });
    await phone.refresh();
  });

  it('heals a restored backup too, and says so: an event, and a warning for whoever asks for readiness', async () => {
    const phone = await restoredAfter(5);
    expect(await ready()).to.have.deep.property('warnings', []);
    await phone.refresh();
    expect(await story(world, phone.sid)).to.include.members(['refresh_healed', 'store_restored']);
    const restored = (await eventsOf(world, phone.sid)).find(({ type }) => type === 'store_restored');
    expect(restored?.data).to.include({ presented: 6, current: 1, lost: 5 });
    const { status, warnings } = await ready();
    expect(status).to.equal('ready');
    expect(String(warnings)).to.contain('older copy');
  });

  it('gives one successor to many that heal at once, and to a retry', async () => {
    const phone = await restoredAfter(3);
    const replies = await Promise.all(Array.from({ length: 30 }, () => phone.refreshWith(phone.refreshToken)));
    const successors = replies.map((reply) => tokensOf(reply).refresh_token);
    expect(new Set(successors).size).to.equal(1);
    expect(tokensOf(await phone.refreshWith(phone.refreshToken)).refresh_token).to.equal(successors[0]);
    expect((await stored(world, phone)).head).to.include({ generation: 5 });
    expect(await endingOf(world, phone)).to.equal(undefined);
  });

  it('is no cover for a thief: what was replaced before the healing is reuse after it', async () => {
    const phone = await restoredAfter(3);
    const { from } = await phone.refresh();
    await phone.refresh();
    const [sid, , key] = from.split('.');
    // The generation that the store was put back to, which was rotated long ago.
    expectRefused(await phone.refreshWith(`${sid}.4.${key}.${'A'.repeat(43)}`));
    expect(await endingOf(world, phone)).to.equal(undefined);
    expectRefused(await phone.refreshWith(from));
    expect(await endingOf(world, phone)).to.include({ reason: 'reuse' });
  });

  it('keeps what was acknowledged through a restart without any loss', async () => {
    world = await openWorld();
    const [phone, lost] = [await world.signedIn(), await world.signedIn()];
    const { from } = await phone.refresh();
    await lost.revoke();
    await reopened(async () => {});
    expect(tokensOf(await phone.refreshWith(from)).refresh_token).to.equal(phone.refreshToken);
    await phone.refresh();
    expectRefused(await lost.refreshWith(lost.refreshToken));
  });
});
