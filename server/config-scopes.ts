/** Owns the table of sensitive scopes: what each demands, and of clients of which profile more. */
import type { z } from 'zod';
import type { ScopeDemand } from './config.ts';
import type { Profiles } from './config-lifetimes.ts';
import { keyed, problem } from './config-problems.ts';
import { mapOf, oneOf, seconds, strict, text } from './config-types.ts';
import { ACR_VALUES, type Acr, atLeast } from './sessions/step-up.ts';

const acr = () => oneOf(ACR_VALUES);

/** Of one profile. */
export const STRICTER_KEYS = {
  acr: { type: acr().optional(), default: "the scope's", doc: 'No lower than what the scope demands of everyone.' },
  maxAgeSeconds: { type: seconds().optional(), default: "the scope's", doc: 'No longer than that of everyone.' },
} as const;

const ACTION_MOST = 60;

const action = () =>
  text(
    `what the person does, as a page says it ("Sending money"), in at most ${ACTION_MOST} characters`,
    (value) => value.trim() === value && value !== '' && value.length <= ACTION_MOST && !/\p{C}/u.test(value),
  );

/** The pages' other languages. */
const ACTION_IN = {
  de: { type: action().optional(), doc: 'In German.' },
  ar: { type: action().optional(), doc: 'In Arabic.' },
} as const;

export const SCOPE_KEYS = {
  acr: {
    type: acr(),
    doc: 'What the person has to have done: `pwd` any factor, `mfa` a second one, `phr` a phishing-resistant one.',
  },
  maxAgeSeconds: { type: seconds(), doc: 'How long ago at most. An access token that carries the scope expires then.' },
  action: {
    type: action().optional(),
    doc: 'What the person does with it, as the page says it: "Sending money" reads "Sending money needs confirmation". Read out of the scope where left out.',
  },
  actionIn: {
    type: strict(ACTION_IN).optional(),
    doc: 'The same for who reads another language, by the language: `{ de: "Geld senden" }`.',
  },
  profiles: {
    type: mapOf(strict(STRICTER_KEYS), 'an object: profile name to what its clients have to show').optional(),
    doc: 'Stricter demands for the clients of a lifetimes profile, by its name.',
  },
} as const;

export const scopeSchema = strict(SCOPE_KEYS);

type ScopeInput = z.input<typeof scopeSchema>;

/** Without the members that are there and undefined. */
export const completeScopes = (
  scopes: Readonly<Record<string, ScopeInput>> = {},
): Readonly<Record<string, ScopeDemand>> => structuredClone(scopes) as Readonly<Record<string, ScopeDemand>>;

const looser = (
  base: ScopeDemand,
  own: { readonly acr?: Acr; readonly maxAgeSeconds?: number },
  at: string,
): string[] => [
  ...(own.acr !== undefined && !atLeast(own.acr, base.acr)
    ? [problem(`${at}.acr`, own.acr, `${base.acr}, which the scope demands of everyone, or higher`)]
    : []),
  ...(own.maxAgeSeconds !== undefined && own.maxAgeSeconds > base.maxAgeSeconds
    ? [problem(`${at}.maxAgeSeconds`, own.maxAgeSeconds, `at most ${base.maxAgeSeconds}, which holds for everyone`)]
    : []),
];

/** A row of a profile that is none, or that would demand less than the scope does. */
export const scopeProblems = (scopes: Readonly<Record<string, ScopeDemand>>, profiles: Profiles): readonly string[] =>
  Object.entries(scopes).flatMap(([scope, base]) =>
    Object.entries(base.profiles ?? {}).flatMap(([name, own]) => {
      const at = keyed(`${keyed('scopes', scope)}.profiles`, name);
      const names = Object.keys(profiles).toSorted().join(', ');
      return Object.hasOwn(profiles, name) ? looser(base, own, at) : [problem(at, name, `one of ${names}`)];
    }),
  );
