/** Owns what this server's own APIs ask of the protocol side: who calls, by which access token. */
import type { Context } from 'koa';
import type { ClientConfig } from './config.ts';
import type { ServiceName } from './services.ts';
import type { DeviceSession } from './sessions/device-session.ts';
import type { Authentication } from './sessions/step-up.ts';

/** The bearer of a valid access token for the account API. */
export interface Caller {
  readonly accountId: string;
  /** The device session that the token belongs to; live, and its use recorded. */
  readonly session: DeviceSession;
  /** The authentication event that the token carries: a step-up's own, or the session's. */
  readonly event: Authentication;
}

/** Throws `invalid_token` or `insufficient_scope`. RFC 6750 §2.1 and RFC 9449 §7.1: the Authorization header alone. */
export type Authenticate = (ctx: Context, scope: string) => Promise<Caller>;

/** A program that called, by an access token of its own. */
export interface ServiceCaller {
  readonly client: ClientConfig;
  readonly scopes: readonly string[];
}

/** Throws `invalid_token`, or `insufficient_scope` where the token has none of the scopes. */
export type AuthenticateService = (
  ctx: Context,
  service: ServiceName,
  anyOf: readonly string[],
) => Promise<ServiceCaller>;
