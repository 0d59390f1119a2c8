/** Owns what the pages of a person's own account are made with. */
import type { Enrolment } from '../server/accounts/enrolment.ts';
import type { Factors } from '../server/accounts/factors.ts';
import type { OwnPages, Visitor } from './port.ts';

export interface OwnPagesParts {
  readonly own: OwnPages;
  readonly factors: Factors;
  readonly enrolment: Enrolment;
  /** Ends all other sessions of the visitor. */
  endOthers(visitor: Visitor, from: { readonly address: string; readonly userAgent: string }): Promise<void>;
}
