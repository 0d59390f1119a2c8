/** Owns the English words, a section a file. `{name}` stands for what is put there. */
import { frame } from './frame.ts';

export const en = { frame } as const;
