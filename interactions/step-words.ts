/** Owns why a person is asked once more, and by which ways, in words. */
import { displayText } from './display-text.ts';
import type { InteractionView } from './port.ts';
import { readOut } from './scope-words.ts';
import type { Speech } from './words/speech.ts';

/** What the person is about to do, where the app asked for a scope that demands this. */
const doing = ({ step }: InteractionView, speech: Speech): string | undefined => {
  const action = step?.actionIn?.[speech.lang] ?? step?.action;
  if (action !== undefined) return displayText(action);
  if (step?.scope === undefined) return undefined;
  return speech.say(speech.words.signIn.quotedScope, { scope: readOut(step.scope, speech) });
};

/** "Sending money needs confirmation." Nothing where the app's own wish is all there is to say. */
export const whyAsked = (view: InteractionView, speech: Speech): string | undefined => {
  const { signIn } = speech.words;
  const action = doing(view, speech);
  if (action !== undefined) return speech.say(signIn.needsConfirmation, { action });
  if (view.reasons.includes('own_pages')) return signIn.ownPages;
  return view.reasons.includes('second_step') ? signIn.secondStep : undefined;
};

/** What the page of the second step offers. */
export const waysShown = ({ step }: InteractionView) => {
  const ways = new Set(step?.ways);
  return { code: ways.has('totp'), recovery: ways.has('recovery_code'), key: ways.has('passkey') };
};
