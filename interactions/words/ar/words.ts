/** Owns the Arabic words, a section a file. */
import type { Words } from '../catalogue.ts';
import { activity } from './activity.ts';
import { consent } from './consent.ts';
import { devices } from './devices.ts';
import { errors } from './errors.ts';
import { factors } from './factors.ts';
import { forgotten } from './forgotten.ts';
import { frame } from './frame.ts';
import { limits } from './limits.ts';
import { mail } from './mail.ts';
import { notMe } from './not-me.ts';
import { outbox } from './outbox.ts';
import { own } from './own.ts';
import { passing } from './passing.ts';
import { password } from './password.ts';
import { reasons } from './reasons.ts';
import { secondStep } from './second-step.ts';
import { signIn } from './sign-in.ts';
import { waits } from './waits.ts';

export const ar: Words = {
  activity,
  consent,
  devices,
  errors,
  factors,
  forgotten,
  frame,
  limits,
  mail,
  notMe,
  outbox,
  own,
  passing,
  password,
  reasons,
  secondStep,
  signIn,
  waits,
};
