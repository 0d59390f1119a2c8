/** Owns what a receiver may ask for, and what it is told where it asked for something else. SSF 1.0, "Stream Configuration". */
import { z } from 'zod';
import { CurfewError } from '../errors.ts';
import { type Reach, receiverRefusal } from './addresses.ts';
import type { PollRequest } from './polling.ts';

export const PUSH = 'urn:ietf:rfc:8935';
export const POLL = 'urn:ietf:rfc:8936';

const TEXT_MOST = 500;
const LIST_MOST = 100;
const URL_MOST = 2000;
const HEADER_MOST = 4000;

const textUpTo = (most: number) => z.string().max(most);
const id = textUpTo(TEXT_MOST).min(1);

/** RFC 9110 §5.5: what a field's value may hold. */
const headerValue = textUpTo(HEADER_MOST).regex(/^[\x21-\x7e]([\t\x20-\x7e]*[\x21-\x7e])?$/, {
  error: 'one line of printable ASCII',
});

const delivery = z.object({
  method: z.enum([PUSH, POLL]),
  endpoint_url: textUpTo(URL_MOST).optional(),
  authorization_header: headerValue.optional(),
});

/** What a receiver supplies. Other members are the transmitter's, or nobody's. */
const suppliedShape = {
  delivery: delivery.optional(),
  events_requested: z.array(textUpTo(TEXT_MOST)).max(LIST_MOST).optional(),
  description: textUpTo(TEXT_MOST).optional(),
};

const created = z.looseObject(suppliedShape);
const changed = z.looseObject({ stream_id: id, ...suppliedShape });
const statusChange = z.looseObject({
  stream_id: id,
  status: z.enum(['enabled', 'paused', 'disabled']),
  reason: textUpTo(TEXT_MOST).optional(),
});
const verification = z.looseObject({ stream_id: id, state: textUpTo(TEXT_MOST).optional() });

/** RFC 8936 §2.4. */
const poll = z.looseObject({
  maxEvents: z.int().min(0).optional(),
  returnImmediately: z.boolean().optional(),
  ack: z.array(textUpTo(TEXT_MOST)).max(1000).optional(),
  setErrs: z
    .record(
      textUpTo(TEXT_MOST),
      z.looseObject({ err: textUpTo(TEXT_MOST), description: textUpTo(TEXT_MOST).optional() }),
    )
    .optional(),
});

export type DeliveryInput = z.infer<typeof delivery>;
export type CreateInput = z.infer<typeof created>;
export type ChangeInput = z.infer<typeof changed>;
export type StatusInput = z.infer<typeof statusChange>;
export type VerificationInput = z.infer<typeof verification>;

const read =
  <T>(type: z.ZodType<T>) =>
  (body: unknown): T => {
    const parsed = type.safeParse(body);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    const at = issue?.path.join('.') || 'the body';
    throw new CurfewError('bad_request', { detail: `${at}: ${issue?.message}` });
  };

export const readCreate = read(created);
export const readChange = read(changed);
export const readStatus = read(statusChange);
export const readVerification = read(verification);

const plainLine = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');

export const readPoll = (body: unknown): PollRequest => {
  const { maxEvents, returnImmediately = false, ack = [], setErrs = {} } = read(poll)(body ?? {});
  const errors = Object.entries(setErrs).map(([jti, { err, description }]) => [
    jti,
    plainLine(description === undefined ? err : `${err}: ${description}`),
  ]);
  return { maxEvents, returnImmediately, ack, setErrs: Object.fromEntries(errors) };
};

/** Throws `bad_request` where a push has no URL that may be called. A poll's URL is the transmitter's to say. */
export const checkDelivery = ({ method, endpoint_url: url }: DeliveryInput, reach: Reach): void => {
  if (method === POLL) return;
  const allowed = url === undefined ? 'an https URL' : receiverRefusal(url, reach);
  if (allowed) throw new CurfewError('bad_request', { detail: `delivery.endpoint_url: allowed is ${allowed}` });
};
