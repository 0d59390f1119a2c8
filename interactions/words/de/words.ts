/** Owns the German words, a section a file. */
import type { Words } from '../catalogue.ts';
import { frame } from './frame.ts';

export const de: Words = { frame };
