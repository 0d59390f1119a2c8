/** Owns the page of what happened lately to a person's own account. */
import { activityLine } from './activity-lines.ts';
import type { OwnFrame } from './own-frame.ts';
import type { OwnPagesParts } from './own-pages-port.ts';
import type { OwnPageRoutes, Visit } from './own-visit.ts';
import type { Renderer } from './render.ts';

interface Tools extends Pick<OwnPagesParts, 'activity' | 'whereabouts' | 'clientOf'> {
  readonly renderer: Renderer;
  readonly frame: OwnFrame;
}

const EVENTS_A_PAGE = 20;

const show = async ({ activity, whereabouts, clientOf, renderer, frame }: Tools, visit: Visit): Promise<void> => {
  const { ctx, visitor, csrf } = visit;
  const { before } = ctx.query;
  const from = typeof before === 'string' ? before : undefined;
  const { events, next } = await activity.list(visitor.sub, EVENTS_A_PAGE, from);
  const around = {
    appName: (clientId: string) => clientOf(clientId)?.client_name ?? clientId,
    places: await whereabouts(events.map(({ address }) => address)),
  };
  renderer.answer(ctx, 'activity', (speech) => ({
    ...frame.around('/activity', { visitor, csrf }),
    devices: frame.href('/devices'),
    lines: events.map((event) => activityLine(event, around, speech)),
    isFirst: from === undefined,
    next,
  }));
};

export const activityRoutes = (tools: Tools): OwnPageRoutes => ({
  path: '/activity',
  gets: { '': (visit) => show(tools, visit) },
  posts: {},
  fields: [],
});
