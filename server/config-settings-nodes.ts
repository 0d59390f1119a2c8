/** Owns the settings of the environment for several nodes: where the data is that they share, and how one of them leaves. */
import { oneOf, type Row, text, whole } from './config-types.ts';

interface NodeSettingRow extends Row {
  readonly name: string;
  readonly read: (value: string) => unknown;
  readonly unit: string;
}

const asText = (value: string): string => value;
const asNumber = (value: string): unknown => (/^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value);

const isMongo = (value: string): boolean => /^mongodb(\+srv)?:\/\/[^/]/.test(value);
const isRedis = (value: string): boolean => /^rediss?:\/\/./.test(value) && URL.canParse(value);

export const NODE_SETTINGS = {
  mongodbUri: {
    name: 'CURFEW_MONGODB_URI',
    type: text('a mongodb:// or mongodb+srv:// URI', isMongo).optional(),
    read: asText,
    unit: 'URI',
    doc: 'The MongoDB that all nodes share: a replica set in production. The database is the one that the URI names, or curfew. Left out: the embedded database, for one machine.',
  },
  mongodbReadConcern: {
    name: 'CURFEW_MONGODB_READ_CONCERN',
    type: oneOf(['local', 'linearizable']).optional(),
    default: 'local',
    read: asText,
    unit: 'read concern',
    doc: 'How whether a session is valid is read from the primary. `linearizable` asks a majority at every read, so that a primary that was deposed answers nothing.',
  },
  redisUrl: {
    name: 'CURFEW_REDIS_URL',
    type: text('a redis:// or rediss:// URL', isRedis).optional(),
    read: asText,
    unit: 'URL',
    doc: 'The Redis that keeps what may be lost: codes, proofs, sign-ins and step-ups in progress, rate limits. Needs CURFEW_MONGODB_URI, which keeps them where this is left out.',
  },
  drainSeconds: {
    name: 'CURFEW_DRAIN_SECONDS',
    type: whole(0, 300, 'number of seconds').optional(),
    default: 0,
    read: asNumber,
    unit: 'seconds',
    doc: 'How long a process that was asked to stop still takes requests, while its readiness says no: as long as a load balancer needs to see that.',
  },
} as const satisfies Record<string, NodeSettingRow>;
