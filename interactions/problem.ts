/** Owns what is said of a try that did not pass: its words wait for the reader's language. */
import type { Speech } from './words/speech.ts';

/** Said once it is known who reads it. */
export type Sentence = (speech: Speech) => string;

export interface Problem {
  readonly status: number;
  readonly sentence: Sentence;
}

/** 401 would need a challenge (RFC 9110 §15.5.2) that a form cannot answer, and 200 would hide the failure from every log and monitor. */
export const UNPROCESSABLE = 422;

/** A wait in words a person plans by, rounded up. */
const waitWords = ({ words: { waits }, count }: Speech, seconds: number): string => {
  if (seconds <= 10) return waits.soon;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 60 ? count(waits.minutes, minutes) : count(waits.hours, Math.ceil(minutes / 60));
};

/** What is said of tries that are used up. */
export const waitFor = (seconds: number): { readonly retryAfterSeconds: number; readonly problem: Problem } => {
  const retryAfterSeconds = Math.max(1, Math.ceil(seconds));
  const sentence: Sentence = (speech) =>
    speech.say(speech.words.signIn.tooMany, { wait: waitWords(speech, retryAfterSeconds) });
  return { retryAfterSeconds, problem: { status: 429, sentence } };
};
