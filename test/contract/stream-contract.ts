import { expect } from 'chai';
import { newOutbox } from '../../server/mail/outbox-state.ts';
import { newStream, type Stream } from '../../server/streams/stream.ts';
import { type OpenStore, openedStore, times } from './opened-store.ts';
import { NOW } from './samples.ts';

const stream = (id: string, more: Partial<Stream> = {}): Stream => ({
  ...newStream({ id, kind: 'ssf', clientId: 'api', delivery: { method: 'poll' } }, 7, NOW),
  ...more,
});

/** Who is told, and how far. */
export const streamContract = (open: OpenStore): void => {
  const store = openedStore(open);

  it('keeps the outbox of the mails apart, by the same rules', async () => {
    const outbox = { ...newOutbox(7), lease: { holder: 'me', untilMs: NOW * 1000 } };
    const made = await Promise.all(times(20, () => store().outboxes.insert(outbox)));
    expect(made.filter((one) => one)).to.have.lengthOf(1);
    expect(await store().streams.list()).to.deep.equal([]);
    const replaced = await Promise.all(times(20, (index) => store().outboxes.replace({ ...outbox, read: index })));
    expect(replaced.filter((one) => one)).to.have.lengthOf(1);
    const read = replaced.indexOf(true);
    expect(await store().outboxes.find('notices')).to.deep.equal({ ...outbox, read, revision: 1 });
    expect(await store().outboxes.replace(outbox)).to.equal(false);
  });

  it('keeps all of it', async () => {
    const full = stream('a', {
      description: 'Größe 日本',
      reason: 'paused by hand',
      pending: [
        { id: '1', seq: 1, at: NOW, subject: 'stream', event: { type: 'urn:x', claims: { state: '\u0000"' } } },
      ],
      lease: { holder: 'me', untilMs: NOW * 1000 },
    });
    expect(await store().streams.insert(full)).to.equal(true);
    expect(await store().streams.find('a')).to.deep.equal(full);
    expect(await store().streams.find('b')).to.equal(undefined);
  });

  it('inserts an id once, however many try at once', async () => {
    const made = await Promise.all(times(20, (index) => store().streams.insert(stream('a', { read: index }))));
    expect(made.filter((one) => one)).to.have.lengthOf(1);
    expect((await store().streams.find('a'))?.read).to.equal(made.indexOf(true));
  });

  it('lists them by id', async () => {
    for (const id of ['b', 'c', 'a']) await store().streams.insert(stream(id));
    expect((await store().streams.list()).map(({ id }) => id)).to.deep.equal(['a', 'b', 'c']);
  });

  it('replaces what is as it was seen, once, however many try at once', async () => {
    const seen = stream('a');
    await store().streams.insert(seen);
    const made = await Promise.all(times(20, (index) => store().streams.replace({ ...seen, nextSeq: index })));
    expect(made.filter((one) => one)).to.have.lengthOf(1);
    expect(await store().streams.find('a')).to.deep.equal({ ...seen, nextSeq: made.indexOf(true), revision: 1 });
    expect(await store().streams.replace(seen)).to.equal(false);
    expect(await store().streams.replace(stream('b'))).to.equal(false);
  });

  it('removes one, and does not bring it back', async () => {
    await store().streams.insert(stream('a'));
    expect(await store().streams.remove('a')).to.equal(true);
    expect(await store().streams.remove('a')).to.equal(false);
    expect(await store().streams.replace(stream('a'))).to.equal(false);
    expect(await store().streams.list()).to.deep.equal([]);
  });
};
