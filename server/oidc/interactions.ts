/** Owns what the hosted pages are told of an authorization request, and how their answer goes back into it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Context } from 'koa';
import type { Interaction, Provider } from 'oidc-provider';
import type {
  InteractionResult,
  Interactions,
  InteractionView,
  PromptName,
  ScopeLine,
} from '../../interactions/port.ts';
import { accountResource, type ClientConfig } from '../config.ts';
import { CurfewError } from '../errors.ts';
import { mayHave } from './clients.ts';
import { errors } from './library.ts';
import type { LoginResult } from './login-result.ts';
import type { OidcParts } from './parts.ts';

type Params = Readonly<Record<string, unknown>>;

const text = (params: Params, name: string): string | undefined => {
  const value = params[name];
  return typeof value === 'string' ? value : undefined;
};

/** A person who is being asked again must be the same one. */
const FIXING_REASONS = new Set(['max_age', 'fresh_for_app', 'sensitive_scope', 'essential_acr', 'id_token_hint']);

const OIDC_SCOPES = new Set(['openid', 'offline_access', 'profile', 'email']);

const scopeLines = ({ config }: OidcParts, params: Params, client: ClientConfig): ScopeLine[] => {
  const requested = new Set(text(params, 'scope')?.split(' ') ?? []);
  const oidc = [...requested].filter((scope) => OIDC_SCOPES.has(scope)).map((scope) => ({ scope, sensitive: false }));
  const resources = [params['resource']].flat().filter((one): one is string => typeof one === 'string');
  const others = resources.flatMap((resource) => {
    const offered =
      resource === accountResource(config.issuer) ? ['sessions'] : (config.resources[resource]?.scopes ?? []);
    return offered
      .filter((scope) => requested.has(scope) && mayHave(client, scope))
      .map((scope) => ({ scope, resource, sensitive: Object.hasOwn(config.scopes, scope) }));
  });
  return [...oidc, ...others];
};

/** Whom the page shows, and whether it must be that person. */
const accountOf = async (parts: OidcParts, provider: Provider, { session, prompt, params }: Interaction) => {
  const hint = text(params, 'id_token_hint');
  const client = hint === undefined ? undefined : await provider.Client.find(String(params['client_id']));
  const hinted =
    client && hint ? ((await provider.IdToken.validate(hint, client)).payload['sub'] as string) : undefined;
  const sub = hinted ?? session?.accountId;
  if (sub === undefined) return undefined;
  const login = await parts.people.loginOf(sub);
  const fixed = hinted !== undefined || prompt.reasons.some((reason) => FIXING_REASONS.has(reason));
  return { sub, fixed, ...(login === undefined ? {} : { login }) };
};

const viewOf = async (parts: OidcParts, provider: Provider, interaction: Interaction): Promise<InteractionView> => {
  const { params, prompt, uid } = interaction;
  const client = parts.clientOf(String(params['client_id']));
  if (!client) throw new CurfewError('interaction_expired');
  const account = await accountOf(parts, provider, interaction);
  const loginHint = text(params, 'login_hint');
  const uiLocales = text(params, 'ui_locales');
  return {
    uid,
    prompt: prompt.name as PromptName,
    reasons: prompt.reasons,
    client: { id: client.client_id, name: client.client_name, firstParty: client.first_party },
    redirectUri: String(params['redirect_uri']),
    scopes: scopeLines(parts, params, client),
    ...(account ? { account } : {}),
    ...(loginHint === undefined ? {} : { loginHint }),
    ...(uiLocales === undefined ? {} : { uiLocales }),
  };
};

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

export const createInteractions = (parts: OidcParts, provider: Provider): Interactions => {
  /** The browser session's marks as the page was asked for: an ending that comes later is not answered by its login. */
  const marks = new WeakMap<IncomingMessage, number>();

  const marksOf = async ({ session }: Interaction): Promise<number> =>
    session ? ((await parts.store.sessions.findSso({ uid: session.uid }))?.marks ?? 0) : 0;

  const loginResult = async (interaction: Interaction, req: IncomingMessage, login: LoginOf): Promise<LoginResult> => ({
    accountId: login.sub,
    ts: parts.clock.now(),
    acr: login.acr,
    amr: [...login.amr],
    remember: login.remember,
    epoch: login.epoch,
    // Another person gets a browser session of its own, which nothing has marked yet.
    marks: interaction.session?.accountId === login.sub ? (marks.get(req) ?? (await marksOf(interaction))) : 0,
  });

  const resultFor = async (interaction: Interaction, req: IncomingMessage, result: InteractionResult) => {
    if ('error' in result) return { error: result.error, error_description: result.description };
    const before = answeredBefore(interaction);
    if (!('login' in result)) return { ...before, ...('consent' in result ? { consent: {} } : { continue: {} }) };
    // What one person allowed, another who signs in now did not.
    const kept = interaction.session?.accountId === result.login.sub ? before : {};
    return { ...kept, login: await loginResult(interaction, req, result.login) };
  };

  return {
    async details(req, res) {
      const interaction = await interactionOf(provider, req, res);
      marks.set(req, await marksOf(interaction));
      return viewOf(parts, provider, interaction);
    },
    async finish(req, res, result) {
      const interaction = await interactionOf(provider, req, res);
      interaction.result = await resultFor(interaction, req, result);
      if ('login' in result) await changePerson(parts, provider, interaction, { req, res, sub: result.login.sub });
      await interaction.save(interaction.exp - parts.clock.now());
      return interaction.returnTo;
    },
  };
};

type LoginOf = Extract<InteractionResult, { login: unknown }>['login'];
