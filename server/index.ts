/** Owns what a host application imports. */
export type { Accounts, Person } from './accounts/store.ts';
export { createServer, type Server, type ServerOptions } from './app.ts';
export { type Config, type ConfigInput, configWarnings, defineConfig, loadConfig, resolveConfig } from './config.ts';
export { CurfewError, type ErrorCode } from './errors.ts';
export type { NewEvent as SessionEvent } from './events.ts';
export type { AccountSessions } from './sessions/account-sessions.ts';
export type { EndReason } from './sessions/ending.ts';
