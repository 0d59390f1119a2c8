/** Owns what a host application imports. */
import { assemble } from './app.ts';
import type { Server, ServerOptions } from './host.ts';

export type { BuiltInAccounts } from './accounts/accounts.ts';
export type { FactorView } from './accounts/factors.ts';
export type { Accounts, Person } from './accounts/store.ts';
export { type Config, type ConfigInput, configWarnings, defineConfig, loadConfig, resolveConfig } from './config.ts';
export { CurfewError, type ErrorCode } from './errors.ts';
export type { NewEvent as SessionEvent } from './events.ts';
export type { Handler, Server, ServerFactors, ServerOptions } from './host.ts';
export type { Mail, Mailer } from './mail/port.ts';
export type { AccountSessions } from './sessions/account-sessions.ts';
export type { DeviceSession } from './sessions/device-session.ts';
export type { EndReason } from './sessions/ending.ts';

/** Opens the store and makes a server over it. Mount `callback()`; call `close()` when the host closes. */
export const createServer = (options: ServerOptions): Promise<Server> => assemble(options);
