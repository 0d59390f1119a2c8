/** Owns what the hosted pages are told of an authorization request, and how their answer goes back into it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Context } from 'koa';
import type { Interaction, Provider } from 'oidc-provider';
import type { InteractionResult, Interactions, Shown } from '../../interactions/port.ts';
import { CurfewError } from '../errors.ts';
import type { Event } from '../sessions/methods.ts';
import { newPasswordDue, renewedBy } from './demanded-password.ts';
import { viewOf } from './interaction-view.ts';
import { errors } from './library.ts';
import type { LoginResult } from './login-result.ts';
import type { OidcParts } from './parts.ts';
import { interactionPath } from './paths.ts';
import { datedNow, detailsOf, type Progress, progressOf, standing, unfinished, withProof } from './sign-in-progress.ts';

const interactionOf = async (provider: Provider, req: IncomingMessage, res: ServerResponse): Promise<Interaction> => {
  try {
    return await provider.interactionDetails(req, res);
  } catch (error) {
    if (error instanceof errors.SessionNotFound) throw new CurfewError('interaction_expired', { cause: error });
    throw error;
  }
};

const forgetCookie = (parts: OidcParts, res: ServerResponse, name: string): void => {
  const secure = parts.config.issuer.startsWith('https:') ? '; secure' : '';
  const gone = `path=/; expires=Thu, 01 Jan 1970 00:00:00 GMT; httponly; samesite=lax${secure}`;
  for (const cookie of [name, `${name}.sig`]) res.appendHeader('set-cookie', `${cookie}=; ${gone}`);
};

/** What earlier pages of the same request left; their sign-in is from now on one of before. */
const answeredBefore = ({ lastSubmission: { login, ...answers } = {} }: Interaction) =>
  login ? { ...answers, login: { ...login, carried: true } } : answers;

const resultFor = (interaction: Interaction, result: InteractionResult) =>
  'error' in result
    ? { error: result.error, error_description: result.description }
    : { ...answeredBefore(interaction), ...('consent' in result ? { consent: {} } : { continue: {} }) };

/** Another person takes over this browser: the one before is signed out of it, and of nothing else. */
const changePerson = async (
  parts: OidcParts,
  provider: Provider,
  interaction: Interaction,
  { req, res, sub }: { readonly req: IncomingMessage; readonly res: ServerResponse; readonly sub: string },
) => {
  // What the browser holds by now: somebody may have signed in at another page since this one was asked for.
  const { uid, accountId } = await provider.Session.get({ req, res } as Context);
  const isAnother = accountId !== undefined && accountId !== sub;
  if (isAnother || (interaction.session && interaction.session.accountId !== sub)) {
    (interaction as { session?: unknown }).session = undefined;
  }
  if (!isAnother) return;
  await parts.revocation.endSso({ uid, accountId }, 'signed_out');
  forgetCookie(parts, res, provider.cookieName('session'));
};

/** What the person showed of late, as far as it counts. */
const progressNow = async (parts: OidcParts, interaction: Interaction, sub: string) => {
  const enrolled = await parts.factors.enrolled(sub);
  return { enrolled, before: unfinished(interaction, parts.clock.now(), enrolled) };
};

/** What this step, after those before it, comes to. */
const stepTaken = async (parts: OidcParts, interaction: Interaction, shown: Shown, marks: number) => {
  const { sub, epoch, method, amr, keep } = shown;
  const { enrolled, before } = await progressNow(parts, interaction, sub);
  const at = parts.clock.now();
  const progress = withProof(before, { sub, epoch, marks, keep }, { method, at, amr });
  const dated = datedNow(interaction, progress.proofs, at);
  return { progress, now: standing(detailsOf(interaction).needs, dated, enrolled) };
};

/** Whoever was not asked stays as they were at this browser; where they were not, as the page would have proposed. */
const isKept = async (
  parts: OidcParts,
  { session, params }: Interaction,
  { sub, keep }: Progress,
): Promise<boolean> => {
  if (keep !== undefined) return keep;
  const sso = session?.accountId === sub ? await parts.store.sessions.findSso({ uid: session.uid }) : undefined;
  if (sso?.accountId === sub) return !sso.isBrief;
  return parts.lifetimesOf(String(params['client_id']))?.keepsSignedIn ?? false;
};

const loginResult = ({ sub, epoch, marks }: Progress, { level, amr, at }: Event, remember: boolean): LoginResult => ({
  accountId: sub,
  ts: at,
  acr: level,
  amr: [...amr],
  remember,
  epoch,
  marks,
});

interface At {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
}

const save = (parts: OidcParts, interaction: Interaction) => interaction.save(interaction.exp - parts.clock.now());

/** The last step was taken: the resumed request finds who signed in, how, and when. */
const signIn = async (
  parts: OidcParts,
  provider: Provider,
  interaction: Interaction,
  { progress, event, ...at }: At & { readonly progress: Progress; readonly event: Event },
): Promise<string> => {
  // What one person allowed, another who signs in now did not.
  const kept = interaction.session?.accountId === progress.sub ? answeredBefore(interaction) : {};
  interaction.result = { ...kept, login: loginResult(progress, event, await isKept(parts, interaction, progress)) };
  await changePerson(parts, provider, interaction, { ...at, sub: progress.sub });
  await save(parts, interaction);
  return interaction.returnTo;
};

/** The browser session's marks as the page was asked for: an ending that comes later is not answered by its login. */
const createMarks = ({ store }: OidcParts) => {
  const seen = new WeakMap<IncomingMessage, number>();
  const read = async ({ session }: Interaction): Promise<number> =>
    session ? ((await store.sessions.findSso({ uid: session.uid }))?.marks ?? 0) : 0;
  return {
    note: async (interaction: Interaction, req: IncomingMessage) => seen.set(req, await read(interaction)),
    /** Another person gets a browser session of its own, which nothing has marked yet. */
    of: async (interaction: Interaction, req: IncomingMessage, sub: string): Promise<number> =>
      interaction.session?.accountId === sub ? (seen.get(req) ?? (await read(interaction))) : 0,
  };
};

const chooserOf =
  (parts: OidcParts, provider: Provider): Interactions['chooser'] =>
  async (req, res) => {
    // Looked at once: the library knows no interaction any more whose browser session has ended.
    const interaction = await interactionOf(provider, req, res);
    const whole = await newPasswordDue(parts, interaction);
    if (!whole) return undefined;
    const { progress, event } = whole;
    return {
      ...progress,
      chose(epoch) {
        // It ended with all others: what this sign-in begins is new.
        (interaction as { session?: unknown }).session = undefined;
        return signIn(parts, provider, interaction, { req, res, progress: renewedBy(progress, epoch), event });
      },
    };
  };

export const createInteractions = (parts: OidcParts, provider: Provider): Interactions => {
  const marks = createMarks(parts);

  return {
    async details(req, res) {
      const interaction = await interactionOf(provider, req, res);
      await marks.note(interaction, req);
      return viewOf(parts, provider, interaction);
    },
    async finish(req, res, result) {
      const interaction = await interactionOf(provider, req, res);
      interaction.result = resultFor(interaction, result);
      await save(parts, interaction);
      return interaction.returnTo;
    },
    async completes(req, res, shown) {
      const interaction = await interactionOf(provider, req, res);
      return 'event' in (await stepTaken(parts, interaction, { ...shown, epoch: 0, amr: [] }, 0)).now;
    },
    async person(req, res) {
      const interaction = await interactionOf(provider, req, res);
      const sub = progressOf(interaction, parts.clock.now())?.sub;
      return sub === undefined ? undefined : (await progressNow(parts, interaction, sub)).before;
    },
    chooser: chooserOf(parts, provider),
    async show(req, res, shown) {
      const interaction = await interactionOf(provider, req, res);
      const seen = await marks.of(interaction, req, shown.sub);
      const { progress, now } = await stepTaken(parts, interaction, shown, seen);
      const mustChoose = (await parts.people.find(shown.sub))?.mustChangePassword === true;
      if ('event' in now && !mustChoose)
        return signIn(parts, provider, interaction, { req, res, progress, event: now.event });
      interaction.result = { progress };
      await save(parts, interaction);
      return interactionPath(parts, interaction.uid);
    },
  };
};
