/** Owns the account API's devices and apps: what they are called, and how all of one ends. Parse, call, answer. */
import type Router from '@koa/router';
import { CurfewError } from '../errors.ts';
import { givenName } from '../given-name.ts';
import { devicesOf } from '../sessions/device-list.ts';
import { type AccountApiParts, callerOf, endedView, from, requireFresh } from './account-caller.ts';
import { deviceView } from './device-view.ts';
import { parseId } from './ids.ts';
import { jsonObject } from './json-body.ts';

const noDevice = (): CurfewError => new CurfewError('not_found', { detail: 'You have no device of this id.' });

/** Null, or a blank, takes the name away. Throws `bad_request`. */
const readName = (body: object): string | undefined => {
  const { name } = body as { readonly name?: unknown };
  if (name === null) return undefined;
  if (typeof name === 'string') return givenName(name);
  throw new CurfewError('bad_request', { detail: 'name: it has to be a text, or null' });
};

/** Throws `bad_request`. */
const readLost = (body: unknown): { readonly forgetPasskeys: boolean } => {
  const { forget_passkeys: asked = false } = (body ?? {}) as { readonly forget_passkeys?: unknown };
  if (typeof asked === 'boolean') return { forgetPasskeys: asked };
  throw new CurfewError('bad_request', { detail: 'forget_passkeys: it has to be true or false' });
};

/** A client's id is whatever the configuration says. */
const CLIENT_ID_MOST = 255;

const addNames = (router: Router, parts: AccountApiParts): void => {
  const { accountSessions, browserName, clock } = parts;

  router.get('/devices', async (ctx) => {
    const { accountId, session } = await callerOf(parts, ctx);
    const [found, known] = await Promise.all([
      accountSessions.list(accountId),
      accountSessions.knownDevices(accountId),
    ]);
    const devices = devicesOf(found, known, clock.now());
    ctx.body = { devices: devices.map((device) => deviceView(device, session.device.id, browserName)) };
  });

  router.patch('/devices/:id', async (ctx) => {
    const caller = await callerOf(parts, ctx);
    const id = parseId(ctx.params['id']);
    const name = readName(jsonObject(ctx));
    // Called "Kitchen tablet", a thief's phone would be overlooked.
    if (id !== caller.session.device.id) await requireFresh(parts, caller);
    if (!(await accountSessions.renameDevice(caller.accountId, id, name, from(ctx, caller)))) throw noDevice();
    ctx.status = 204;
  });
};

const addEndings = (router: Router, parts: AccountApiParts): void => {
  const { accountSessions, lostDevices } = parts;

  router.post('/devices/:id/sign-out', async (ctx) => {
    const caller = await callerOf(parts, ctx);
    const id = parseId(ctx.params['id']);
    await requireFresh(parts, caller);
    const ended = await accountSessions.endDevice(caller.accountId, id, {}, from(ctx, caller));
    if (!ended) throw noDevice();
    ctx.body = { device_id: id, ...endedView(parts, ended) };
  });

  router.post('/devices/:id/lost', async (ctx) => {
    const caller = await callerOf(parts, ctx);
    const id = parseId(ctx.params['id']);
    const asked = readLost(ctx.request.body);
    await requireFresh(parts, caller);
    const lost = await lostDevices.lose(caller.accountId, id, asked, from(ctx, caller));
    if (!lost) throw noDevice();
    ctx.body = {
      device_id: id,
      ...endedView(parts, lost),
      passkeys_removed: lost.passkeys.map(({ id: passkey, name }) => ({ id: passkey, name })),
    };
  });

  router.delete('/apps/:client_id', async (ctx) => {
    const caller = await callerOf(parts, ctx);
    const clientId = String(ctx.params['client_id']).slice(0, CLIENT_ID_MOST);
    await requireFresh(parts, caller);
    const { sessions } = await accountSessions.list(caller.accountId);
    const isThere = sessions.some((session) => session.clientId === clientId && session.status === 'live');
    if (!isThere) throw new CurfewError('not_found', { detail: 'You are not signed in to an app of this id.' });
    const ended = await accountSessions.endClient(caller.accountId, clientId, 'consent_withdrawn', from(ctx, caller));
    ctx.body = { client_id: clientId, ...endedView(parts, ended) };
  });
};

export const addDevices = (router: Router, parts: AccountApiParts): void => {
  addNames(router, parts);
  addEndings(router, parts);
};
