import { expect } from 'chai';
import { deriveKeys } from '../../server/keys.ts';
import { refreshTokenText } from '../../server/sessions/refresh-token.ts';
import { tokensOf } from '../support/phone.ts';
import { openWorld, type World } from '../support/world.ts';
import { endingOf, eventsOf, expectRefused, isActive, stored, story } from './refresh-story.ts';

describe('a refresh token that is rotated, and one that is tried again', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  it('rotates at every refresh, to the one successor that key, salt and generation make', async () => {
    const phone = await world.signedIn();
    const [key] = deriveKeys(['test-secret-test-secret-test-secret-0123456789']).refresh;
    for (const generation of [1, 2, 3]) {
      const { refresh_token: next } = await phone.refresh();
      const { sid, family } = await stored(world, phone);
      expect(next).to.equal(refreshTokenText(key, family?.salt ?? '', sid, generation));
    }
    expect(await story(world, phone.sid)).to.deep.equal(['session_started']);
  });

  it('keeps earlier access tokens: a rotation ends none of them', async () => {
    const phone = await world.signedIn();
    const first = phone.tokens.access_token;
    await phone.refresh();
    expect(await isActive(world, first)).to.equal(true);
  });

  it('[44] gives the same successor to every retry inside the window', async () => {
    const phone = await world.signedIn();
    const { from, refresh_token: successor } = await phone.refresh({ dropReply: true });
    for (const wait of [0, 30, 60, 25]) {
      world.clock.advance({ seconds: wait });
      expect(tokensOf(await phone.refreshWith(from)).refresh_token).to.equal(successor);
    }
    expect((await stored(world, phone)).head).to.deep.include({ generation: 1 });
  });

  it('[44] gives it also when the successor is in use: the window asks no questions', async () => {
    const phone = await world.signedIn();
    const { from, refresh_token: successor, access_token: token } = await phone.refresh({ dropReply: true });
    expect(await isActive(world, token)).to.equal(true);
    world.clock.advance({ seconds: 115 });
    const again = tokensOf(await phone.refreshWith(from));
    expect(again.refresh_token).to.equal(successor);
    expect(await isActive(world, again.access_token)).to.equal(true);
    expect(await isActive(world, token)).to.equal(true);
    const retried = (await eventsOf(world, phone.sid)).find(({ type }) => type === 'refresh_retried');
    expect(retried).to.have.deep.property('data', { presented: 0, current: 1 });
  });

  it('[44] is a window from the rotation, not from the last retry', async () => {
    const phone = await world.signedIn();
    const { from, access_token: token } = await phone.refresh({ dropReply: true });
    await isActive(world, token);
    world.clock.advance({ seconds: 100 });
    tokensOf(await phone.refreshWith(from));
    world.clock.advance({ seconds: 30 });
    expectRefused(await phone.refreshWith(from));
    expect(await endingOf(world, phone)).to.include({ reason: 'reuse' });
  });

  it('[45] covers the previous generation only', async () => {
    const phone = await world.signedIn();
    const { from: first } = await phone.refresh();
    await phone.refresh();
    expectRefused(await phone.refreshWith(first));
    expect(await endingOf(world, phone)).to.include({ reason: 'reuse', presented: 0, current: 2 });
  });

  it('[45] does not reach another client, which ends nothing either', async () => {
    const phone = await world.signedIn();
    const { from, refresh_token: successor } = await phone.refresh({ dropReply: true });
    expectRefused(await phone.refreshWith(from, { client_id: 'relaxed' }));
    expect(tokensOf(await phone.refreshWith(from)).refresh_token).to.equal(successor);
  });

  it('[46] is refused under another client, public or not, and goes on working under its own', async () => {
    const phone = await world.signedIn();
    const { from } = await phone.refresh();
    const secret = 'web-secret-that-only-the-tests-know-0123456789';
    const authorization = `Basic ${Buffer.from(`web:${secret}`).toString('base64')}`;
    const asWeb = (token: string) => phone.refreshWith(token, { client_id: 'web' }, { authorization });
    expectRefused(await phone.refreshWith(phone.refreshToken, { client_id: 'relaxed' }));
    expectRefused(await asWeb(phone.refreshToken));
    // Reuse, shown by a client that it was never issued to: no verdict on the rightful session.
    await phone.refresh();
    expectRefused(await phone.refreshWith(from, { client_id: 'relaxed' }));
    expectRefused(await asWeb(from));
    expect(await endingOf(world, phone)).to.equal(undefined);
    await phone.refresh();
  });

  it('[47] is not widened by a refresh, and is not burnt by the attempt', async () => {
    const phone = await world.signedIn('phone', { scope: 'openid notes:read' });
    for (const scope of ['openid notes:read notes:write', 'notes:write', 'openid email', 'offline_access', 'no:such']) {
      expectRefused(await phone.refreshWith(phone.refreshToken, { scope }), 'invalid_scope');
    }
    const { scope } = await phone.refresh();
    expect(scope.split(' ')).to.include('notes:read').and.not.include('notes:write');
  });

  it('narrows the access token to the scope that the refresh asks for, and only that one', async () => {
    const phone = await world.signedIn();
    const narrow = tokensOf(await phone.refreshWith(phone.refreshToken, { scope: 'openid notes:read' }));
    expect(narrow.scope).to.equal('notes:read');
    expect(await world.introspect(narrow.access_token)).to.include({ active: true, scope: 'notes:read' });
    phone.tokens = narrow;
    expect((await phone.refresh()).scope.split(' ')).to.have.members(['notes:read', 'notes:write']);
  });
});
