/** Owns the Arabic words, a section a file. */
import type { Words } from '../catalogue.ts';
import { frame } from './frame.ts';

export const ar: Words = { frame };
