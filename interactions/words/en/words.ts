/** Owns the English words, a section a file. `{name}` stands for what is put there. */
import { factors } from './factors.ts';
import { frame } from './frame.ts';
import { secondStep } from './second-step.ts';
import { signIn } from './sign-in.ts';
import { waits } from './waits.ts';

export const en = {
  factors,
  frame,
  secondStep,
  signIn,
  waits,
} as const;
