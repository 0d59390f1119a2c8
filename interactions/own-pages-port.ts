/** Owns what the pages of a person's own account are made with. */
import type { Enrolment } from '../server/accounts/enrolment.ts';
import type { Factors } from '../server/accounts/factors.ts';
import type { PasswordDesk } from '../server/accounts/password-port.ts';
import type { OwnAccount } from '../server/own-account.ts';
import type { OwnPages } from './port.ts';

export interface OwnPagesParts extends OwnAccount {
  readonly own: OwnPages;
  readonly factors: Factors;
  readonly enrolment: Enrolment;
  /** Absent: a host keeps its passwords to itself, and there is no page for them. */
  readonly desk: PasswordDesk | undefined;
}
