/** Owns what the hosted pages are told of an authorization request: who asks, for what, of whom, and which step is next. */
import type { Interaction, Provider } from 'oidc-provider';
import type { InteractionView, PromptName, ScopeLine, SignInStep } from '../../interactions/port.ts';
import { accountResource, type ClientConfig } from '../config.ts';
import { defined } from '../defined.ts';
import { CurfewError } from '../errors.ts';
import type { Method } from '../sessions/methods.ts';
import { mayHave } from './clients.ts';
import { newPasswordDue } from './demanded-password.ts';
import type { OidcParts } from './parts.ts';
import { detailsOf, progressOf, standing, unfinished } from './sign-in-progress.ts';

type Params = Readonly<Record<string, unknown>>;

const text = (params: Params, name: string): string | undefined => {
  const value = params[name];
  return typeof value === 'string' ? value : undefined;
};

/** A person who is being asked again must be the same one. */
const FIXING_REASONS = new Set([
  'max_age',
  'fresh_for_app',
  'sensitive_scope',
  'essential_acr',
  'acr_values',
  'second_step',
  'own_pages',
  'id_token_hint',
]);

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

type Account = NonNullable<InteractionView['account']>;

const shownAs = async (parts: OidcParts, sub: string, fixed: boolean): Promise<Account> => {
  const login = await parts.people.loginOf(sub);
  return { sub, fixed, ...(login === undefined ? {} : { login }) };
};

/** Whom the page shows, and whether it must be that person. */
const accountOf = async (parts: OidcParts, provider: Provider, { session, prompt, params }: Interaction) => {
  const hint = text(params, 'id_token_hint');
  const client = hint === undefined ? undefined : await provider.Client.find(String(params['client_id']));
  const hinted =
    client && hint ? ((await provider.IdToken.validate(hint, client)).payload['sub'] as string) : undefined;
  const sub = hinted ?? session?.accountId;
  if (sub === undefined) return undefined;
  return shownAs(parts, sub, hinted !== undefined || prompt.reasons.some((reason) => FIXING_REASONS.has(reason)));
};

/** Before it is known who comes, anyone may. */
const ANY_WAY: readonly Method[] = ['password', 'passkey'];

/** What is asked now, and of whom where steps were taken. */
const stepOf = async (
  parts: OidcParts,
  interaction: Interaction,
  meant: Account | undefined,
): Promise<{ readonly step: SignInStep; readonly of?: string }> => {
  const { factors, clock, config } = parts;
  const { needs, scope } = detailsOf(interaction);
  const demand = scope !== undefined && Object.hasOwn(config.scopes, scope) ? config.scopes[scope] : undefined;
  const about = defined({ scope, action: demand?.action, actionIn: demand?.actionIn });
  const due = await newPasswordDue(parts, interaction);
  if (due) return { step: { ways: [], begun: true, newPassword: true, ...about }, of: due.progress.sub };
  const sub = progressOf(interaction, clock.now())?.sub ?? (meant?.fixed ? meant.sub : undefined);
  if (sub === undefined) return { step: { ways: ANY_WAY, begun: false, ...about } };
  const enrolled = await factors.enrolled(sub);
  const progress = unfinished(interaction, clock.now(), enrolled);
  const now = standing(needs, progress?.proofs ?? [], enrolled);
  const step = { ways: 'ways' in now ? now.ways : [], begun: progress !== undefined, ...about };
  return progress ? { step, of: progress.sub } : { step };
};

/** Whoever is signed in here already, and confirms it, has answered that before. */
const asksToKeep = (
  { prompt, session }: Interaction,
  { account, begun }: { readonly account: Account | undefined; readonly begun: boolean },
): boolean => prompt.name === 'login' && !begun && !(account?.fixed && session?.accountId === account.sub);

export const viewOf = async (
  parts: OidcParts,
  provider: Provider,
  interaction: Interaction,
): Promise<InteractionView> => {
  const { params, prompt, uid } = interaction;
  const client = parts.clientOf(String(params['client_id']));
  if (!client) throw new CurfewError('interaction_expired');
  const meant = await accountOf(parts, provider, interaction);
  const { step, of } = prompt.name === 'login' ? await stepOf(parts, interaction, meant) : {};
  const account = of === undefined ? meant : await shownAs(parts, of, true);
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
    ...(step ? { step } : {}),
    ...(asksToKeep(interaction, { account, begun: of !== undefined }) ? { keep: client.lifetimes.keepsSignedIn } : {}),
    ...(loginHint === undefined ? {} : { loginHint }),
    ...(uiLocales === undefined ? {} : { uiLocales }),
  };
};
