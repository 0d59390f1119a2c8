/** Owns the shape that mongoose holds the documents of sessions to, and their indexes. */
import { Schema } from 'mongoose';
import type { DeviceSessionDoc, EndingDoc, SsoSessionDoc } from './documents.ts';

/** Nothing is created, built or numbered behind our back, and nothing is written that is not named here. */
export const OPTIONS = {
  versionKey: false,
  autoIndex: false,
  autoCreate: false,
  minimize: false,
  strict: 'throw',
} as const;

const { Mixed } = Schema.Types;
const TOLD = { untold: Mixed, untoldAt: Number, writes: Mixed };

export const deviceSessions = new Schema<DeviceSessionDoc>(
  {
    _id: String,
    accountId: String,
    clientId: String,
    ssoUid: String,
    deviceId: String,
    status: String,
    dueAt: Number,
    revision: Number,
    lastUsedAt: Number,
    head: Mixed,
    ended: Mixed,
    facts: String,
    ...TOLD,
  },
  OPTIONS,
)
  .index({ accountId: 1, status: 1 })
  .index({ clientId: 1, status: 1 })
  .index({ ssoUid: 1 })
  .index({ deviceId: 1 })
  .index({ dueAt: 1 })
  .index({ untoldAt: 1 }, { sparse: true });

export const ssoSessions = new Schema<SsoSessionDoc>(
  {
    _id: String,
    idHash: String,
    accountId: String,
    lastUsedAt: Number,
    expiresAt: Number,
    epoch: Number,
    marks: Number,
    ended: Mixed,
    facts: String,
    ...TOLD,
  },
  OPTIONS,
)
  .index({ idHash: 1 }, { unique: true })
  .index({ accountId: 1 })
  .index({ expiresAt: 1 })
  .index({ 'ended.at': 1 })
  .index({ untoldAt: 1 }, { sparse: true });

export const endings = new Schema<EndingDoc>(
  {
    _id: String,
    accountId: String,
    epoch: Number,
    scope: String,
    reason: String,
    at: Number,
    done: Boolean,
    by: String,
  },
  OPTIONS,
)
  .index({ accountId: 1, epoch: 1 })
  .index({ done: 1, at: 1, accountId: 1, epoch: 1 });
