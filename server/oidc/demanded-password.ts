/**
 * Owns the step of a sign-in that is there where a new password is demanded: after all others, and before anything comes
 * of them.
 */
import type { Interaction } from 'oidc-provider';
import type { OidcParts } from './parts.ts';
import { type Progress, progressOf, type Whole, wholeOf } from './sign-in-progress.ts';

/** The sign-in that has come to its end, if it still counts. */
const wholeNow = async (parts: OidcParts, interaction: Interaction): Promise<Whole | undefined> => {
  const now = parts.clock.now();
  const sub = progressOf(interaction, now)?.sub;
  return sub === undefined ? undefined : wholeOf(interaction, now, await parts.factors.enrolled(sub));
};

/** The sign-in that lacks nothing but a new password. */
export const newPasswordDue = async (parts: OidcParts, interaction: Interaction): Promise<Whole | undefined> => {
  const whole = await wholeNow(parts, interaction);
  if (!whole) return undefined;
  const person = await parts.people.find(whole.progress.sub);
  return person?.mustChangePassword ? whole : undefined;
};

/**
 * The new password ended everything of the account but this sign-in, which is the one that chose it. An ending that came
 * in between covers this too: then it keeps the number that it began with, and is refused.
 */
export const renewedBy = (progress: Progress, epoch: number): Progress => ({
  ...progress,
  epoch: epoch === progress.epoch + 1 ? epoch : progress.epoch,
  // Of a browser session that is new.
  marks: 0,
});
