/** Owns what the demo shows: acts, claims that were checked, and what was found where a claim does not hold. */
import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** Colours on a terminal alone, and not where NO_COLOR asks for none. */
const styled = (style: Style, text: string): string => styleText(style, text, { stream: process.stdout });

/** A claim of the demo that turned out not to hold. */
class Mismatch extends Error {
  readonly expected: unknown;
  readonly came: unknown;
  constructor(claim: string, expected: unknown, came: unknown) {
    super(claim);
    this.name = 'Mismatch';
    this.expected = expected;
    this.came = came;
  }
}

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export class Timeline {
  readonly #startedAt = performance.now();
  #acts = 0;
  #checks = 0;

  get seconds(): string {
    return ((performance.now() - this.#startedAt) / 1000).toFixed(1);
  }

  get checks(): number {
    return this.#checks;
  }

  title(text: string, below: string): void {
    console.log(`\n  ${styled(['bold'], text)}\n  ${styled('dim', below)}`);
  }

  act(text: string): void {
    this.#acts += 1;
    const number = styled('cyan', String(this.#acts).padStart(2));
    console.log(`\n ${number}  ${styled('bold', text.padEnd(66))} ${styled('dim', `${this.seconds} s`)}`);
  }

  /** Something that happens, and that nothing is claimed of. */
  note(text: string): void {
    console.log(`     ${styled('dim', '·')} ${styled('dim', text)}`);
  }

  /** Rows of an own kind, such as the lines of the event log. */
  lines(rows: readonly string[]): void {
    for (const row of rows) console.log(`     ${styled('yellow', '│')} ${row}`);
  }

  /** Says what is claimed, after it was checked. Throws `Mismatch` where it does not hold. */
  check(claim: string, expected: unknown, came: unknown): void {
    if (came === undefined || shown(expected) !== shown(came)) throw new Mismatch(claim, expected, came);
    this.#checks += 1;
    console.log(`     ${styled('green', '✓')} ${claim}`);
  }

  /** Waits in sight: a line that counts down on a terminal, and stands still elsewhere. */
  async countdown(seconds: number, why: string): Promise<void> {
    if (!process.stdout.isTTY) {
      this.note(`${why}: ${seconds} s`);
      return sleep(seconds * 1000);
    }
    for (let tenths = seconds * 10; tenths > 0; tenths--) {
      process.stdout.write(`\r     ${styled('dim', `· ${why}: ${(tenths / 10).toFixed(1)} s`)}`);
      await sleep(100);
    }
    process.stdout.write('\r\x1b[2K');
    this.note(`${why}: ${seconds} s`);
  }

  failed(error: unknown): void {
    if (!(error instanceof Mismatch)) {
      console.log(`\n     ${styled('red', '✗')} ${styled('bold', 'the demo did not get through')}\n`);
      console.error(error);
      return;
    }
    console.log(`     ${styled('red', '✗')} ${styled('bold', error.message)}`);
    console.log(`         expected  ${shown(error.expected)}`);
    console.log(`         came      ${shown(error.came)}\n`);
  }

  done(): void {
    const text = `All ${this.#checks} checks hold, in ${this.seconds} s. The server is closed and its data removed.`;
    console.log(`\n  ${styled('green', text)}\n`);
  }
}
