/** Owns what a command is surrounded by: who types, and where its answer goes. */
import type { Answer } from './answer.ts';
import type { Keyboard } from './password-input.ts';

export interface Surroundings {
  readonly keyboard: Keyboard;
  print(answer: Answer): void;
  /** Help goes to standard output where it was asked for, and here where it was not. */
  complain(text: string): void;
  /** How far something long has come, for whoever sits there. */
  progress(text: string): void;
}
