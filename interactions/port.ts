/** Owns what the hosted pages ask of the protocol: the pages know no protocol library. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { OwnPath } from '../server/own-client.ts';
import type { Method } from '../server/sessions/methods.ts';

export type PromptName = 'login' | 'limit' | 'consent' | 'continue';

/** One scope that a page names. */
export interface ScopeLine {
  readonly scope: string;
  /** The resource (RFC 8707) that it is for; absent for OpenID Connect's own scopes. */
  readonly resource?: string;
  /** It demands fresh authentication, and is never granted without this page. */
  readonly sensitive: boolean;
}

/** What the person is asked for now. */
export interface SignInStep {
  /** Any of these leads on; none does where the account has no factor that the request demands. */
  readonly ways: readonly Method[];
  /** Steps were taken already, in this request or, where the app may rely on it, shortly before. */
  readonly begun: boolean;
  /** Everything else was shown: a new password has to be chosen before the sign-in goes on. */
  readonly newPassword?: true;
  /** The sensitive scope that demands it. */
  readonly scope?: string;
  /** What a person does with that scope, in the words of the configuration. */
  readonly action?: string;
  /** The same by language, where the configuration has it. */
  readonly actionIn?: Readonly<Record<string, string>>;
}

/** An authorization request that waits for the person. */
export interface InteractionView {
  /** The interaction's id, as in its cookie and its path. */
  readonly uid: string;
  readonly prompt: PromptName;
  /** Why the person is asked, as the policy's check names: `no_session`, `max_age`, `sensitive_scope` … */
  readonly reasons: readonly string[];
  readonly client: { readonly id: string; readonly name: string; readonly firstParty: boolean };
  /** Where the browser goes in the end, as registered by the client. */
  readonly redirectUri: string;
  /** Who is signed in at this browser, or is meant to be (re-authentication keeps the account): the login to show. */
  readonly account?: { readonly sub: string; readonly login?: string; readonly fixed: boolean };
  readonly loginHint?: string;
  readonly scopes: readonly ScopeLine[];
  /** Of the prompt `login`. */
  readonly step?: SignInStep;
  /** Where the page asks whether to keep the person signed in: whether that is ticked. */
  readonly keep?: boolean;
  /** OpenID Connect Core §3.1.2.1, space separated. */
  readonly uiLocales?: string;
}

export type InteractionResult =
  | { readonly consent: true }
  | { readonly continued: true }
  /** RFC 6749 §4.1.2.1: goes back to the app. */
  | { readonly error: 'access_denied' | 'unmet_authentication_requirements'; readonly description: string };

/** One thing that a person has just shown. `epoch` is the account's, read before it was verified. */
export interface Shown {
  readonly sub: string;
  readonly epoch: number;
  readonly method: Method;
  readonly amr: readonly string[];
  /** Whether the person wants to be kept signed in; undefined where the page did not ask. */
  readonly keep?: boolean | undefined;
}

/** Whose steps were taken. `epoch` is the account's, read before the first of them. */
export type Known = Pick<Shown, 'sub' | 'epoch'>;

export interface Chooser extends Known {
  /** Once it is set, by the ending of that number: completes the sign-in, and returns where to go on. */
  chose(epoch: number): Promise<string>;
}

export interface Interactions {
  /** Throws `interaction_expired` where the cookie is missing or foreign, or the interaction over. */
  details(req: IncomingMessage, res: ServerResponse): Promise<InteractionView>;
  /** Stores the result and returns the URL to go on with (303). Throws as `details` does. */
  finish(req: IncomingMessage, res: ServerResponse, result: InteractionResult): Promise<string>;
  /** Whether this would be the last step. */
  completes(req: IncomingMessage, res: ServerResponse, shown: Pick<Shown, 'sub' | 'method'>): Promise<boolean>;
  /** Notes a step, and returns where to go on: to the app's answer after the last, else to the next question. */
  show(req: IncomingMessage, res: ServerResponse, shown: Shown): Promise<string>;
  /** Whose second step it is now, where the first was taken. */
  person(req: IncomingMessage, res: ServerResponse): Promise<Known | undefined>;
  /** Who has to choose a new password now, where nothing else is left to ask. */
  chooser(req: IncomingMessage, res: ServerResponse): Promise<Chooser | undefined>;
}

/** The built-in password sign-in, or a host's. */
export type SignInOutcome =
  | { readonly ok: true; readonly sub: string; readonly epoch: number }
  | { readonly ok: false; readonly why: 'wrong' }
  | { readonly ok: false; readonly why: 'throttled'; readonly retryAfterSeconds: number };

/** `isWhole`: whether a right password signs this person in by itself; else another step follows, and is counted on. */
export type SignIn = (
  attempt: {
    readonly login: string;
    readonly password: string;
    readonly address: string;
    readonly userAgent: string;
  },
  isWhole?: (sub: string) => Promise<boolean>,
) => Promise<SignInOutcome>;

/** A code that somebody typed as the second step. */
export interface FactorTry {
  readonly sub: string;
  readonly kind: 'totp' | 'recovery_codes';
  readonly code: string;
  readonly address: string;
  readonly userAgent: string;
  /** Where it signs nobody in. */
  readonly at?: 'reset';
}

export type FactorOutcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly why: 'wrong' }
  | { readonly ok: false; readonly why: 'throttled'; readonly retryAfterSeconds: number };

export type FactorSignIn = (attempt: FactorTry) => Promise<FactorOutcome>;

/** A device's answer, as its browser sends it: JSON. */
export interface PasskeyTry {
  /** The interaction that the question was of. */
  readonly uid: string;
  readonly credential: string;
  readonly address: string;
  readonly userAgent: string;
  /** Where it signs nobody in. */
  readonly at?: 'reset';
}

export type PasskeyOutcome =
  | { readonly ok: true; readonly sub: string; readonly epoch: number; readonly amr: readonly string[] }
  | Exclude<FactorOutcome, { readonly ok: true }>;

export interface Passkeys {
  /** What the browser is asked (WebAuthn's PublicKeyCredentialRequestOptionsJSON); undefined where this server has none. */
  options(uid: string): object | undefined;
  signIn(attempt: PasskeyTry): Promise<PasskeyOutcome>;
}

/** Somebody at the pages of the own account. */
export interface Visitor {
  readonly sub: string;
  readonly login?: string;
  /** The browser session that stays where all others end. */
  readonly ssoUid: string;
  /** The device that the browser is on. */
  readonly deviceId: string;
}

export interface OwnPages {
  /** Who signed in for the own pages lately, at the level that this one wants; undefined: nobody did. */
  visitor(req: IncomingMessage, res: ServerResponse, path: OwnPath): Promise<Visitor | undefined>;
  /** Where to sign in for it. It leads back. */
  signInUrl(path: OwnPath, uiLocales?: string): string;
}
