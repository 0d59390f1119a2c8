/** Owns why a person is asked once more, and by which ways, in words. */
import { displayText } from './display-text.ts';
import type { InteractionView } from './port.ts';
import { readOut } from './scope-words.ts';

/** What the person is about to do, where the app asked for a scope that demands this. */
const doing = ({ step }: InteractionView): string | undefined => {
  if (step?.action !== undefined) return displayText(step.action);
  return step?.scope === undefined ? undefined : `“${readOut(step.scope)}”`;
};

/** `why`: "Sending money needs confirmation." Nothing where the app's own wish is all there is to say. */
export const stepWords = (view: InteractionView): { readonly why: string | undefined } => {
  const act = doing(view);
  if (act !== undefined) return { why: `${act} needs confirmation.` };
  if (view.reasons.includes('own_pages')) return { why: 'Seeing and changing how you sign in needs confirmation.' };
  if (view.reasons.includes('second_step')) return { why: 'This account signs in with a second step.' };
  return { why: undefined };
};

/** What the page of the second step offers. */
export const waysShown = ({ step }: InteractionView) => {
  const ways = new Set(step?.ways);
  return { code: ways.has('totp'), recovery: ways.has('recovery_code'), key: ways.has('passkey') };
};
