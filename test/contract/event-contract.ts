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

  it('lists those of some types, a page at a time: each once, also those of one second', async () => {
    const types = ['signed_in', 'session_ended'] as const;
    const told = times(9, (n) =>
      event({ type: types[n % 2] ?? 'signed_in', at: NOW + Math.floor(n / 4), sid: `${n}` }),
    );
    for (const one of [...told, event({ type: 'password_changed', at: NOW + 1 }), event({ accountId: 'bob' })])
      await store().events.append(one);
    const seen: (string | undefined)[] = [];
    for (let before: { at: number; id: number | string } | undefined; ; ) {
      const page = await store().events.list({ accountId: 'alice', types, limit: 4, ...(before && { before }) });
      seen.push(...page.map(({ sid }) => sid));
      before = page.at(-1);
      if (page.length < 4) break;
    }
    expect(seen).to.deep.equal(['8', '7', '6', '5', '4', '3', '2', '1', '0']);
    expect(await store().events.list({ accountId: 'alice', types: ['signed_in'], limit: 99 })).to.have.lengthOf(5);
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

  it('reads on from a place, in the order in which was written, whoever wrote at once', async () => {
    expect(await store().events.latest()).to.equal(0);
    await Promise.all(times(30, (index) => store().events.append(event({ sid: `s${index}` }))));
    const all = await store().events.after(0, 99);
    expect(all.map(({ sid }) => sid)).to.have.members(times(30, (index) => `s${index}`));
    expect(all.map(({ place }) => place)).to.deep.equal(all.map(({ place }) => place).toSorted((a, b) => a - b));
    const [, , third] = all;
    expect(await store().events.after(third?.place ?? 0, 5)).to.deep.equal(all.slice(3, 8));
    expect(await store().events.latest()).to.equal(all.at(-1)?.place);
    expect(await store().events.after(all.at(-1)?.place ?? 0, 5)).to.deep.equal([]);
  });

  it('never gives a place again, or an earlier one, once it is swept or refused', async () => {
    await store().events.append(event());
    const latest = await store().events.latest();
    await store().sweepEvents(NOW + 1, 9);
    expect(await store().events.latest()).to.equal(latest);
    await store().commit({ events: [event()], spend: [{ kind: 'code', id: 'unknown', now: NOW, nowMs: NOW * 1000 }] });
    await store().events.append(event({ sid: 'later' }));
    const [later, ...more] = await store().events.after(latest, 9);
    expect(later).to.include({ sid: 'later' });
    expect(later?.place).to.be.greaterThan(latest);
    expect(more).to.be.empty;
  });

  it('shows a reader who reads on while others write every event once, and none out of its turn', async () => {
    const seen: number[] = [];
    const writing = Promise.all(times(40, () => store().events.append(event())));
    for (let place = 0; seen.length < 40; place = seen.at(-1) ?? 0) {
      seen.push(...(await store().events.after(place, 7)).map((one) => one.place));
      await new Promise(setImmediate);
    }
    await writing;
    expect(
      await store()
        .events.after(0, 99)
        .then((all) => all.map(({ place }) => place)),
    ).to.deep.equal(seen);
  });

  it('sweeps what is old, so many at a time', async () => {
    for (const at of [NOW, NOW + 1, NOW + 2, NOW + 3]) await store().events.append(event({ at }));
    expect(await store().sweepEvents(NOW + 3, 2)).to.equal(2);
    expect(await store().sweepEvents(NOW + 3, 2)).to.equal(1);
    expect((await store().events.list({ limit: 9 })).map(({ at }) => at)).to.deep.equal([NOW + 3]);
  });
};
