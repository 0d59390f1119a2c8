/**
 * Owns how far a sign-in has come: for whom, and what was proven. It is kept in the interaction's own record, which the
 * browser never holds, so that no form, replay, back button or second tab skips a step.
 */
import type { Interaction, KoaContextWithOIDC } from 'oidc-provider';
import {
  type Event,
  eventOf,
  levelFor,
  type Method,
  type Needs,
  type Proof,
  proofsFrom,
  stillCounts,
  toldAs,
  waysOn,
} from '../sessions/methods.ts';
import { atLeast } from '../sessions/step-up.ts';
import type { Seconds } from '../sessions/time.ts';
import { needsOf, scopeAskedFor } from './assurance.ts';
import { authenticatedFor } from './models-sso.ts';
import type { OidcParts } from './parts.ts';
import { unitOf } from './unit-of-work.ts';

/** What a person has shown so far. `epoch` and `marks` are from before the first of it. */
export interface Progress {
  readonly sub: string;
  readonly epoch: number;
  readonly marks: number;
  readonly proofs: readonly Proof[];
  /** What the person said to "keep me signed in", where a page asked. */
  readonly keep?: boolean | undefined;
}

/** What the policy leaves in the prompt for the pages. */
export interface LoginDetails {
  readonly needs: Needs;
  /** The sensitive scope that the page is about. */
  readonly scope?: string | undefined;
  /** An earlier sign-in for this same app, which may count towards this one. */
  readonly prior?: Progress | undefined;
}

/** A step that waits longer than this is asked for anew. */
const STEP_SECONDS = 600;

const hintsAtAnother = (ctx: KoaContextWithOIDC): boolean => {
  const hinted = (ctx.oidc.entities.IdTokenHint?.payload as { sub?: unknown } | undefined)?.sub;
  return hinted !== undefined && hinted !== ctx.oidc.session?.accountId;
};

/** Freshness earned for one app never counts for another, and prompt=login wants everything anew. */
const priorOf = (ctx: KoaContextWithOIDC, usable: boolean): Progress | undefined => {
  const { session, client } = ctx.oidc;
  const { sso } = unitOf(ctx);
  const at = session?.authTime();
  if (!usable || !session?.accountId || !sso || at === undefined) return undefined;
  if (authenticatedFor(sso) !== client?.clientId || ctx.oidc.promptPending('login') || hintsAtAnother(ctx))
    return undefined;
  const { epoch, marksAnswered: marks } = sso;
  return { sub: session.accountId, epoch, marks, proofs: proofsFrom(session.amr ?? [], at) };
};

/** `usable`: whether the browser's sign-in counts for this client at all. */
export const loginDetails = (parts: OidcParts, ctx: KoaContextWithOIDC, usable: boolean): LoginDetails => ({
  needs: needsOf(parts, ctx),
  scope: scopeAskedFor(parts, ctx),
  prior: priorOf(ctx, usable),
});

export const detailsOf = ({ prompt }: Interaction): LoginDetails => prompt.details as unknown as LoginDetails;

const keptProgress = ({ result }: Interaction): Progress | undefined =>
  (result as { progress?: Progress } | undefined)?.progress;

const isOf = (prior: Progress | undefined, { method, at }: Proof): boolean =>
  prior?.proofs.some((proof) => proof.method === method && proof.at === at) === true;

/**
 * One sign-in is one event, whatever its steps: it is complete, and dated, with the last (OpenID Connect Core §2). What
 * an earlier sign-in proved keeps its own time.
 */
export const datedNow = (interaction: Interaction, proofs: readonly Proof[], now: Seconds): readonly Proof[] => {
  const { prior } = detailsOf(interaction);
  return proofs.map((proof) => (isOf(prior, proof) ? proof : { ...proof, at: now }));
};

/** What still counts of an interaction's progress, or of the earlier sign-in that it began with. */
export const progressOf = (interaction: Interaction, now: Seconds): Progress | undefined => {
  const { needs, prior } = detailsOf(interaction);
  const kept = keptProgress(interaction);
  const fresh = ({ at }: Proof, seconds: Seconds | undefined) => stillCounts(at, seconds, now);
  // A proof of the earlier sign-in may be among those that were kept: it is older than the interaction lets a step be.
  const counts = (proof: Proof): boolean =>
    fresh(proof, needs.maxAgeSeconds) &&
    (now < proof.at + STEP_SECONDS || (isOf(prior, proof) && fresh(proof, needs.priorSeconds)));
  if (kept) return kept.proofs.length > 0 && kept.proofs.every(counts) ? kept : undefined;
  if (!prior || prior.proofs.length === 0) return undefined;
  return prior.proofs.every((proof) => fresh(proof, needs.priorSeconds)) ? prior : undefined;
};

/** Whether nothing more is asked, and if so what the sign-in came to; else how it may go on: nowhere, where the list is empty. */
export type Standing = { readonly event: Event } | { readonly ways: readonly Method[] };

/** Pure. */
export const standing = (needs: Needs, proofs: readonly Proof[], enrolled: ReadonlySet<Method>): Standing => {
  const level = levelFor(needs, enrolled);
  if (!level) return { ways: [] };
  const event = eventOf(proofs);
  if (event && atLeast(event.level, level)) return { event: { ...event, level: toldAs(event.level, needs.oneOf) } };
  return { ways: waysOn(level, new Set(proofs.map(({ method }) => method)), enrolled) };
};

/** A sign-in that came to its end by steps of this very request: a new password is all that may be lacking. */
export interface Whole {
  readonly progress: Progress;
  readonly event: Event;
}

export const wholeOf = (interaction: Interaction, now: Seconds, enrolled: ReadonlySet<Method>): Whole | undefined => {
  const { needs, prior } = detailsOf(interaction);
  const progress = keptProgress(interaction) && progressOf(interaction, now);
  if (!progress || progress.proofs.some((proof) => isOf(prior, proof))) return undefined;
  const come = standing(needs, datedNow(interaction, progress.proofs, now), enrolled);
  return 'event' in come ? { progress, event: come.event } : undefined;
};

/** With one more proof. Another person's begin anew. */
export const withProof = (before: Progress | undefined, given: Omit<Progress, 'proofs'>, proof: Proof): Progress => {
  const base = before?.sub === given.sub ? before : { ...given, proofs: [] };
  const { keep = base.keep } = given;
  const rest = keep === undefined ? base : { ...base, keep };
  return { ...rest, proofs: [...base.proofs.filter(({ method }) => method !== proof.method), proof] };
};

/** The progress that leaves something to ask: an earlier sign-in that would do by itself is asked for anew, since it did not. */
export const unfinished = (
  interaction: Interaction,
  now: Seconds,
  enrolled: ReadonlySet<Method>,
): Progress | undefined => {
  const progress = progressOf(interaction, now);
  return progress && 'ways' in standing(detailsOf(interaction).needs, progress.proofs, enrolled) ? progress : undefined;
};
