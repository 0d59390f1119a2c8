/** Owns what an app is called on a page. */
import { OWN_CLIENT_ID } from '../server/own-client.ts';
import { displayText } from './display-text.ts';
import type { InteractionView } from './port.ts';
import type { Speech } from './words/speech.ts';

/** Our own pages are no app of anybody's: they have their name in the reader's language. */
export const appName = ({ id, name }: Pick<InteractionView['client'], 'id' | 'name'>, { words }: Speech): string =>
  id === OWN_CLIENT_ID ? words.frame.ownPages : displayText(name) || displayText(id);
