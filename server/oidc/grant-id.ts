/**
 * Owns the two kinds of grant id. A device session's grant id is its sid. A step-up's is `sid~random`: a grant of its
 * own that hangs on the session, so that what it allows never reaches the session's refresh token.
 */
import { randomId } from '../digests.ts';

const MARK = '~';

export const stepUpGrantId = (sid: string): string => `${sid}${MARK}${randomId()}`;

export const isStepUp = (grantId: string): boolean => grantId.includes(MARK);

export const sidOf = (grantId: string): string => grantId.split(MARK, 1)[0] ?? grantId;
