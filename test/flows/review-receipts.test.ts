import { expect } from 'chai';
import type { AssembledServer } from '../../server/app.ts';
import type { Store } from '../../server/store.ts';
import { accountToken, deviceApp } from '../support/devices.ts';
import { openWorld, type World } from '../support/world.ts';

describe('an ending of many, and the background round that comes while it is carried out', () => {
  let world: World;
  let server: AssembledServer | undefined;
  const wrapStore = (store: Store): Store => ({
    ...store,
    sessions: {
      ...store.sessions,
      beginEnding: async (...given) => {
        const ending = await store.sessions.beginEnding(...given);
        await server?.background.round();
        return ending;
      },
    },
  });
  before(async () => {
    world = await openWorld({ wrapStore });
    server = world.server;
  });
  after(() => world.close());

  it('tells who asked what it ended, and the event log who asked', async () => {
    const person = await world.person();
    const [lost, phone] = [await deviceApp(world, 'phone', { person }), await deviceApp(world, 'phone', { person })];
    const device = (await world.server.store.sessions.find(lost.sid))?.device.id;
    const { body } = await phone.account('POST', `/devices/${device}/lost`, await accountToken(phone));
    expect(body['ended']).to.include(lost.sid);
    const events = await world.server.store.events.list({ sid: lost.sid, limit: 9 });
    expect(events[0]?.data).to.deep.equal({ reason: 'device_lost', by: phone.sid });
  });
});
