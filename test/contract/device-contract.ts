/** Owns what every store has to keep of the known devices' port: each of one account, first seen by one of many. */
import { expect } from 'chai';
import { DEVICE_KNOWN_SECONDS, type DeviceStore, type KnownDevice } from '../../server/sessions/device-store.ts';
import { type OpenStore, openedStore, times } from './opened-store.ts';
import { knownDevice, NOW, randomId } from './samples.ts';

export const deviceContract = (open: OpenStore): void => {
  const store = openedStore(open);
  const devices = (): DeviceStore => store().devices;

  it('are listed by account, last seen first, as they were written', async () => {
    const accountId = randomId();
    const old = knownDevice({ accountId, lastSeenAt: NOW - 5, name: 'Old phone' });
    const latest = knownDevice({ accountId, lastSeenAt: NOW + 5 });
    for (const one of [old, latest, knownDevice()]) expect(await devices().insert(one)).to.equal(true);
    expect(await devices().list(accountId)).to.deep.equal([latest, old]);
    expect(await devices().find(accountId, old.id)).to.deep.equal(old);
    expect(await devices().find(randomId(), old.id)).to.equal(undefined);
    expect(await devices().find(accountId, randomId())).to.equal(undefined);
    expect(await devices().list(randomId())).to.deep.equal([]);
  });

  it('are first seen once: of fifty that come with the same, one is told so', async () => {
    const device = knownDevice();
    const written = await Promise.all(
      times(50, (n) => devices().insert({ ...device, firstSeenAt: NOW + n, name: `${n}` })),
    );
    expect(written.filter(Boolean)).to.have.lengthOf(1);
    const first = written.indexOf(true);
    expect(await devices().list(device.accountId)).to.deep.equal([
      { ...device, firstSeenAt: NOW + first, name: `${first}` },
    ]);
  });

  const meetings = (device: KnownDevice) => (n: number) =>
    ({
      device,
      event: { type: 'new_device', at: NOW, accountId: device.accountId, data: { n } },
    }) as const;
  const told = async ({ accountId }: KnownDevice) =>
    (await store().events.list({ accountId, limit: 50 })).map(({ data }) => data?.['n']);

  it('are met with their event, by one of many', async () => {
    const device = knownDevice();
    const meeting = meetings(device);
    const outcomes = await Promise.all(times(20, (n) => store().commit({ meeting: meeting(n) })));
    const met = outcomes.map((outcome) => 'hasMet' in outcome && outcome.hasMet);
    expect(met.filter(Boolean)).to.have.lengthOf(1);
    expect(await told(device)).to.deep.equal([met.indexOf(true)]);
    expect(await devices().find(device.accountId, device.id)).to.deep.equal(device);
    expect(await store().commit({ meeting: meeting(20) })).to.deep.equal({});
    await devices().remove(device.accountId, device.id);
    expect(await store().commit({ meeting: meeting(21) })).to.deep.equal({ hasMet: true });
    await devices().remove(device.accountId, device.id);
    expect(await told(device), 'one that is gone at once is told of all the same').to.deep.equal([
      21,
      met.indexOf(true),
    ]);
  });

  it('are not met where the work is refused, and then can be', async () => {
    const device = knownDevice();
    const meeting = meetings(device);
    const spent = { kind: 'interaction', id: randomId(), now: NOW, nowMs: NOW * 1000 } as const;
    expect(await store().commit({ spend: [spent], meeting: meeting(1) })).to.have.property('refused', 'spent');
    expect(await devices().find(device.accountId, device.id)).to.equal(undefined);
    expect(await told(device)).to.deep.equal([]);
    expect(await store().commit({ meeting: meeting(2) })).to.deep.equal({ hasMet: true });
    expect(await told(device)).to.deep.equal([2]);
  });

  it('are known to each account by itself', async () => {
    const device = knownDevice();
    const same = { ...device, accountId: randomId(), name: 'Shared tablet' };
    expect(await devices().insert(device)).to.equal(true);
    expect(await devices().insert(same)).to.equal(true);
    expect(await devices().remove(device.accountId, device.id)).to.equal(true);
    expect(await devices().list(same.accountId)).to.deep.equal([same]);
  });

  it('move forward when they are seen, and never back', async () => {
    const { accountId, id, ...rest } = knownDevice({ name: 'Laptop' });
    await devices().insert({ accountId, id, ...rest });
    const at = NOW + 100;
    const seen = await Promise.all(times(20, (n) => devices().see(accountId, id, at - n)));
    expect(seen).to.deep.equal(times(20, () => true));
    const moved = { lastSeenAt: at, expiresAt: at + DEVICE_KNOWN_SECONDS };
    expect(await devices().find(accountId, id)).to.deep.equal({ accountId, id, ...rest, ...moved });
    expect(await devices().see(accountId, randomId(), at)).to.equal(false);
    expect(await devices().see(randomId(), id, at)).to.equal(false);
  });

  it('are called what the person calls them, until they are not', async () => {
    const device = knownDevice();
    await devices().insert(device);
    const { accountId, id } = device;
    expect(await devices().rename(accountId, id, 'Küche 🍳')).to.equal(true);
    expect(await devices().find(accountId, id)).to.deep.equal({ ...device, name: 'Küche 🍳' });
    expect(await devices().rename(accountId, id, 'Küche 🍳')).to.equal(true);
    expect(await devices().rename(accountId, id, undefined)).to.equal(true);
    expect(await devices().find(accountId, id)).to.deep.equal(device);
    expect(await devices().rename(randomId(), id, 'Mine')).to.equal(false);
  });

  it('are removed once, and can be met again', async () => {
    const device = knownDevice();
    await devices().insert(device);
    const removed = await Promise.all(times(20, () => devices().remove(device.accountId, device.id)));
    expect(removed.filter(Boolean)).to.have.lengthOf(1);
    expect(await devices().see(device.accountId, device.id, NOW + 1)).to.equal(false);
    expect(await devices().insert(device)).to.equal(true);
  });

  it('go with their account, and with no other', async () => {
    const accountId = randomId();
    const other = knownDevice();
    for (const one of [knownDevice({ accountId }), knownDevice({ accountId }), other]) await devices().insert(one);
    expect(await devices().removeAll(accountId)).to.equal(2);
    expect(await devices().removeAll(accountId)).to.equal(0);
    expect(await devices().list(other.accountId)).to.have.lengthOf(1);
  });

  it('are forgotten when their end has come, a few at a time', async () => {
    const accountId = randomId();
    const kept = knownDevice({ accountId, expiresAt: NOW + 1 });
    const over = times(5, (n) => knownDevice({ accountId, expiresAt: NOW - n }));
    for (const one of [...over, kept]) await devices().insert(one);
    expect(await devices().sweep(NOW, 3)).to.equal(3);
    expect(await devices().sweep(NOW, 3)).to.equal(2);
    expect(await devices().sweep(NOW, 3)).to.equal(0);
    expect(await devices().list(accountId)).to.deep.equal([kept]);
  });
};
