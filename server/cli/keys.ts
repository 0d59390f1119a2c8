/** Owns the verbs of `curfew key`: the keys that sign tokens, and their replacement. */
import { CurfewError } from '../errors.ts';
import { type KeptKey, type KeyPhase, keptKeys, keyLifetimes } from '../key-phases.ts';
import { deriveKeys, type SigningKeyRecord } from '../keys.ts';
import type { Seconds } from '../sessions/time.ts';
import { makeSigningKey } from '../signing-keys.ts';
import { type Answer, table } from './answer.ts';
import { CommandError } from './failures.ts';
import { duration, moment, rfc3339 } from './moments.ts';
import { type Opened, withStore } from './opened.ts';

const PHASES: Readonly<Record<KeyPhase, (key: KeptKey, now: Seconds) => string>> = {
  next: ({ record }, now) => `published; signs from ${moment(record.signsFrom, now)}`,
  signing: ({ record }, now) => `signs since ${moment(record.signsFrom, now)}`,
  retired: ({ publishedUntil = 0 }, now) => `signs no more; published until ${moment(publishedUntil, now)}`,
  hints: () => 'no longer published; opens the ID tokens that apps send as hints',
};

const keyView = ({ record, phase, publishedUntil }: KeptKey) => ({
  kid: record.kid,
  alg: record.alg,
  state: phase,
  created_at: rfc3339(record.createdAt),
  signs_from: rfc3339(record.signsFrom),
  published_until: publishedUntil === undefined ? null : rfc3339(publishedUntil),
});

const keysOf = async ({ store, config, clock }: Opened): Promise<readonly KeptKey[]> =>
  keptKeys(await store.signingKeys.list(), keyLifetimes(config), clock.now());

export const listKeys = (): Promise<Answer> =>
  withStore(async (opened) => {
    const now = opened.clock.now();
    const keys = await keysOf(opened);
    const rows = keys.map((key) => [key.record.kid, key.record.alg, PHASES[key.phase](key, now)]);
    return {
      json: { keys: keys.map(keyView) },
      lines:
        keys.length > 0
          ? table([['KID', 'ALG', 'STATE'], ...rows])
          : ['No keys yet: the server makes them when it first starts.'],
    };
  });

const HOUR = 60 * 60;
/** A server looks every 10 seconds; what is published has to be seen before it is used. */
const LEAD_LEAST = 60;
const LEAD_MOST = 30 * 24 * HOUR;

const leadOf = (text: string | undefined): Seconds => {
  const lead = text === undefined ? HOUR : Number(text);
  if (Number.isInteger(lead) && lead >= LEAD_LEAST && lead <= LEAD_MOST) return lead;
  throw new CommandError('usage', `--lead takes whole seconds from ${LEAD_LEAST} to ${LEAD_MOST}, not ${text}.`);
};

/** Under the secret that the keys beside it are sealed under, and that the server therefore has: it must open this one too. */
const sealingOf = ({ config }: Opened, beside: SigningKeyRecord | undefined) => {
  const { sealing } = deriveKeys(config.secrets);
  const known = beside ? sealing.find(({ id }) => id === beside.sealedUnder) : sealing[0];
  if (known) return [known] as const;
  const detail = 'CURFEW_SECRETS is not what the server has: the signing keys are sealed under another secret.';
  throw new CurfewError('wrong_configuration', { detail });
};

const refuseSecondNext = (keys: readonly KeptKey[], alg: SigningKeyRecord['alg']): void => {
  const next = keys.find(({ record, phase }) => phase === 'next' && record.alg === alg);
  if (!next) return;
  const { kid, signsFrom } = next.record;
  throw new CommandError('refused', `Key ${kid} (${alg}) is waiting already: it signs from ${rfc3339(signsFrom)}.`);
};

export const rotateKey = ({
  alg = 'ES256',
  lead: leadText,
}: {
  readonly alg?: SigningKeyRecord['alg'];
  readonly lead?: string;
}): Promise<Answer> => {
  const lead = leadOf(leadText);
  return withStore(async (opened) => {
    const { store, config, clock } = opened;
    const before = await keysOf(opened);
    refuseSecondNext(before, alg);
    const now = clock.now();
    const record = await makeSigningKey(alg, sealingOf(opened, before[0]?.record), now, now + lead);
    await store.signingKeys.insert(record);
    const old = before.find(({ record: { alg: other }, phase }) => phase === 'signing' && other === alg);
    const { tokenSeconds } = keyLifetimes(config);
    return {
      json: { key: keyView({ record, phase: 'next' }), replaces: old?.record.kid ?? null },
      lines: [
        `Made key ${record.kid} (${alg}). It is published within seconds, and signs from ${moment(record.signsFrom, now)}.`,
        ...(old
          ? [
              `Key ${old.record.kid} signs until then, and is published for ${duration(tokenSeconds)} more, until its last token is over.`,
            ]
          : []),
        'The running server takes this up by itself; curfew key list says where it stands.',
      ],
    };
  });
};
