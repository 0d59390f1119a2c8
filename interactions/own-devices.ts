/** Owns the routes of "Where you're signed in": what a person calls a device, and how it ends. */
import { CurfewError } from '../server/errors.ts';
import { givenName } from '../server/given-name.ts';
import type { Receipt } from './device-receipt.ts';
import {
  around,
  type DeviceTools,
  type Found,
  type FoundAct,
  find,
  inForm,
  inQuery,
  list,
  own,
  showDevice,
  withDevice,
} from './own-device-list.ts';
import { need, type OwnPageRoutes, type Visit } from './own-visit.ts';
import { goOn } from './visits.ts';

const answerDone = async (
  tools: DeviceTools,
  visit: Visit,
  receipt: Omit<Receipt, 'until' | 'devices'>,
  { all }: Found,
): Promise<void> => {
  const until = tools.lastOfflineToken(receipt.ended.sessions, receipt.ended.at);
  const surroundings = await around(tools, visit);
  tools.pages.done(visit.ctx, { ...own(visit), receipt: { ...receipt, until, devices: all }, around: surroundings });
};

const signOut: FoundAct = async (tools, visit, found) => {
  const { visitor, fields, from } = visit;
  const sid = need(fields, 'sid');
  const reason = sid === visitor.ssoUid ? 'signed_out' : 'signed_out_elsewhere';
  const ended = await tools.accountSessions.end(visitor.sub, sid, reason, from);
  if (!ended) return tools.pages.gone(visit.ctx, own(visit));
  return answerDone(tools, visit, { what: 'session', ended }, found);
};

const signOutAll = (what: 'device' | 'unknown'): FoundAct =>
  withDevice(inForm, async (tools, visit, device, found) => {
    const isStranger = what === 'unknown';
    const ended = await tools.accountSessions.endDevice(visit.visitor.sub, device.id, { isStranger }, visit.from);
    if (!ended) return tools.pages.gone(visit.ctx, own(visit));
    return answerDone(tools, visit, { what, ended, device }, found);
  });

const endOthers: FoundAct = async (tools, visit, found) => {
  const { sub, ssoUid } = visit.visitor;
  const ended = await tools.accountSessions.endOthers({ accountId: sub, ssoUid }, 'signed_out_elsewhere', visit.from);
  return answerDone(tools, visit, { what: 'others', ended }, found);
};

const askLost = withDevice(inQuery, async ({ pages, lostDevices }, visit, device) => {
  const passkeys = await lostDevices.passkeysOn(visit.visitor.sub, device.id);
  pages.lost(visit.ctx, { ...own(visit), device, passkeys });
});

const lose = withDevice(inForm, async (tools, visit, device, found) => {
  const forgetPasskeys = visit.fields['forget_passkeys'] === 'yes';
  const lost = await tools.lostDevices.lose(visit.visitor.sub, device.id, { forgetPasskeys }, visit.from);
  if (!lost) return tools.pages.gone(visit.ctx, own(visit));
  return answerDone(tools, visit, { what: 'lost', ended: lost, device, passkeys: lost.passkeys }, found);
});

const rename = withDevice(inForm, async ({ accountSessions, pages, home }, visit, device) => {
  try {
    const name = givenName(need(visit.fields, 'name'));
    await accountSessions.renameDevice(visit.visitor.sub, device.id, name, visit.from);
  } catch (error) {
    if (!(error instanceof CurfewError) || error.code !== 'bad_request') throw error;
    return pages.rename(visit.ctx, { ...own(visit), device, isWrong: true });
  }
  return goOn(visit.ctx, home);
});

/** An app of the visitor's own that is signed in. */
const withApp =
  (
    idOf: (visit: Visit) => unknown,
    act: (tools: DeviceTools, visit: Visit, client: { id: string; name: string }, found: Found) => Promise<void> | void,
  ): FoundAct =>
  (tools, visit, found) => {
    const id = idOf(visit);
    const session = found.devices.flatMap(({ sessions }) => sessions).find(({ clientId }) => clientId === id);
    if (!session) return tools.pages.gone(visit.ctx, own(visit));
    const name = tools.clientOf(session.clientId)?.client_name ?? session.clientId;
    return act(tools, visit, { id: session.clientId, name }, found);
  };

const askApp = withApp(
  ({ ctx }) => ctx.query['client'],
  ({ pages }, visit, { id, name }) => pages.app(visit.ctx, { ...own(visit), client: id, name }),
);

const removeApp = withApp(
  ({ fields }) => need(fields, 'client'),
  async (tools, visit, { id }, found) => {
    const { sub } = visit.visitor;
    const ended = await tools.accountSessions.endClient(sub, id, 'consent_withdrawn', visit.from);
    return answerDone(tools, visit, { what: 'app', ended }, found);
  },
);

const GETS: Readonly<Record<string, FoundAct>> = {
  '': list,
  '/device': showDevice,
  '/rename': withDevice(inQuery, ({ pages }, visit, device) => pages.rename(visit.ctx, { ...own(visit), device })),
  '/unknown': withDevice(inQuery, ({ pages }, visit, device) => pages.unknown(visit.ctx, { ...own(visit), device })),
  '/lost': askLost,
  '/app': askApp,
};
const POSTS: Readonly<Record<string, FoundAct>> = {
  '/sign-out': signOut,
  '/sign-out-device': signOutAll('device'),
  '/end-others': endOthers,
  '/rename': rename,
  '/unknown': signOutAll('unknown'),
  '/lost': lose,
  '/app': removeApp,
};

export const deviceRoutes = (tools: DeviceTools): OwnPageRoutes => {
  const over = (acts: Readonly<Record<string, FoundAct>>) =>
    Object.fromEntries(
      Object.entries(acts).map(([path, act]) => {
        const looked = async (visit: Visit): Promise<void> => act(tools, visit, await find(tools, visit));
        return [path, looked] as const;
      }),
    );
  return {
    path: '/devices',
    gets: over(GETS),
    posts: over(POSTS),
    fields: ['sid', 'id', 'name', 'client', 'forget_passkeys'],
  };
};
