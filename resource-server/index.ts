/** Owns what an API imports. */
export type { Access } from './access.ts';
export { AccessError, type Answer, type DpopUse } from './challenge.ts';
export type { ApiClient } from './client-authentication.ts';
export type { Clock } from './clock.ts';
export type { RequestLike } from './credentials.ts';
export type { EventOptions } from './events/options.ts';
export type { Events } from './events/receiver.ts';
export type { SecurityEvent } from './events/security-event.ts';
export type { SyncStatus } from './events/sync.ts';
export type { FetchHandler } from './frameworks/fetch.ts';
export type { ProtectedResource } from './metadata.ts';
export type { ResourceServerOptions } from './options.ts';
export type { ProofMemory } from './proof-memory.ts';
export type { RefusalCode } from './refusal.ts';
export { type Requirement, requireAcr, requireFresh, requireScope } from './requirements.ts';
export { createResourceServer, type ResourceServer } from './resource-server.ts';
