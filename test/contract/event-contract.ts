import { expect } from 'chai';
import { type OpenStore, openedStore, times } from './opened-store.ts';
import { event, NOW } from './samples.ts';

/** How it is written down what happened. */
export const eventContract = (open: OpenStore): void => {
  const store = openedStore(open);

  it('keeps all that it is told', async () => {
    const told = event({
      sid: 's',
      clientId: 'phone',
      address: '192.0.2.1',
      userAgent: 'AppAuth',
      data: { generation: 3 },
    });
    await store().events.append(told);
    const [kept] = await store().events.list({ sid: 's', limit: 9 });
    expect(kept).to.deep.include({ ...told, count: 1, lastAt: NOW });
    expect(kept).to.have.property('id');
  });

  it('lists newest first, by session or by account', async () => {
    const told = [
      event({ sid: 's', at: NOW + 1 }),
      event({ sid: 's', at: NOW + 3 }),
      event({ sid: 't', at: NOW + 2, accountId: 'bob' }),
    ];
    for (const one of told) await store().events.append(one);
    const at = async (filter: Parameters<ReturnType<typeof store>['events']['list']>[0]): Promise<number[]> =>
      (await store().events.list(filter)).map((one) => one.at - NOW);
    expect(await at({ limit: 9 })).to.deep.equal([3, 2, 1]);
    expect(await at({ limit: 1 })).to.deep.equal([3]);
    expect(await at({ sid: 's', limit: 9 })).to.deep.equal([3, 1]);
    expect(await at({ accountId: 'bob', limit: 9 })).to.deep.equal([2]);
    expect(await at({ accountId: 'bob', sid: 's', limit: 9 })).to.deep.equal([]);
  });

  it('counts repeats within a minute in one row, however many come at once', async () => {
    const minute = Math.floor(NOW / 60) * 60;
    const told = times(100, (index) => event({ type: 'refresh_retried', sid: 's', at: minute + (index % 60) }));
    await Promise.all(told.map((one) => store().events.append(one)));
    await store().events.append(event({ type: 'refresh_retried', sid: 's', at: minute + 60 }));
    await store().events.append(event({ type: 'refresh_retried', sid: 't', at: minute }));
    const kept = await store().events.list({ sid: 's', limit: 9 });
    expect(kept.map(({ at, count, lastAt }) => ({ at, count, lastAt }))).to.deep.equal([
      { at: minute + 60, count: 1, lastAt: minute + 60 },
      { at: minute, count: 100, lastAt: minute + 59 },
    ]);
  });

  it('keeps each of those that are not counted', async () => {
    await Promise.all(times(3, () => store().events.append(event({ type: 'session_started', sid: 's' }))));
    expect(await store().events.list({ sid: 's', limit: 9 })).to.have.lengthOf(3);
  });

  it('sweeps what is old, so many at a time', async () => {
    for (const at of [NOW, NOW + 1, NOW + 2, NOW + 3]) await store().events.append(event({ at }));
    expect(await store().sweepEvents(NOW + 3, 2)).to.equal(2);
    expect(await store().sweepEvents(NOW + 3, 2)).to.equal(1);
    expect((await store().events.list({ limit: 9 })).map(({ at }) => at)).to.deep.equal([NOW + 3]);
  });
};
