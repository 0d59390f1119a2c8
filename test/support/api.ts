/** Owns an API under test: what it answers to a call, without a framework around it. */
import {
  type Access,
  AccessError,
  type Answer,
  type RefusalCode,
  type Requirement,
  type ResourceServer,
} from '../../resource-server/index.ts';

export const API_URL = 'https://api.example.com';

export interface Call {
  readonly method?: string;
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly requirements?: readonly Requirement[];
}

export type Outcome =
  | { readonly access: Access }
  | (Answer & { readonly code: RefusalCode; readonly cause?: unknown; readonly message: string });

/** What the API says to a call with these headers. */
export const callWith = async (
  api: ResourceServer,
  { method = 'GET', url = '/notes', headers = {}, requirements = [] }: Call,
): Promise<Outcome> => {
  try {
    return { access: await api.authenticate({ method, url, headers }, ...requirements) };
  } catch (error) {
    if (error instanceof AccessError) return error;
    throw error;
  }
};

export const call = (api: ResourceServer, token: string, more: Call = {}): Promise<Outcome> =>
  callWith(api, { ...more, headers: { authorization: `Bearer ${token}`, ...more.headers } });

/** The access, or an error that says why there is none. */
export const granted = async (outcome: Promise<Outcome>): Promise<Access> => {
  const found = await outcome;
  if ('access' in found) return found.access;
  throw new Error(`${found.status} ${JSON.stringify(found.body)} ${String(found.cause)}`, { cause: found.cause });
};

/** The answer of a call that must not be let in. */
export const refused = async (outcome: Promise<Outcome>) => {
  const found = await outcome;
  if ('access' in found) throw new Error('the call was let in');
  const { status, headers, body, code, cause } = found;
  return { status, headers, body, code, cause, challenge: headers['www-authenticate'] ?? '' };
};
