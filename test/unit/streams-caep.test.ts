import { expect } from 'chai';
import type { PlacedEvent } from '../../server/events.ts';
import { END_REASONS, type EndReason } from '../../server/sessions/ending.ts';
import { CAEP_EVENTS, toldOf } from '../../server/streams/caep.ts';

const placed = (event: Partial<PlacedEvent>): PlacedEvent => ({
  id: 7,
  place: 7,
  type: 'session_ended',
  at: 1000,
  lastAt: 1000,
  count: 1,
  accountId: 'ada',
  sid: 's',
  ...event,
});

describe('what is told of an event', () => {
  for (const reason of Object.keys(END_REASONS) as EndReason[]) {
    it(`is who ended it, and why, for ${reason}`, () => {
      const told = toldOf(placed({ data: { reason } }));
      expect(told?.event.type).to.equal(CAEP_EVENTS.sessionRevoked);
      expect(told?.event.claims).to.deep.include({
        event_timestamp: 1000,
        reason_admin: { en: END_REASONS[reason].sentence },
      });
      expect(told?.event.claims['initiating_entity']).to.be.oneOf(['user', 'admin', 'policy', 'system']);
    });
  }

  it('is an administrator, whoever works at the command line', () => {
    const told = toldOf(placed({ data: { reason: 'signed_out', by: 'command line' } }));
    expect(told?.event.claims).to.include({ initiating_entity: 'admin' });
  });

  it('is nothing for the end of a browser session, and for what is nobody else’s business', () => {
    const { sid: _none, ...browser } = placed({ data: { reason: 'signed_out', browser: 'x' } });
    expect(toldOf(browser)).to.equal(undefined);
    for (const type of ['session_started', 'refresh_retried', 'sign_in_failed', 'account_disabled'] as const)
      expect(toldOf(placed({ type }))).to.equal(undefined);
  });

  const steppedUp = (acr?: string, before?: string) =>
    toldOf(placed({ type: 'stepped_up', data: { device: 'x', acr, acr_before: before } }))?.event;

  it('is a raised level, for a step-up that raised it', () => {
    expect(steppedUp('mfa', 'pwd')).to.deep.equal({
      type: CAEP_EVENTS.assuranceLevelChange,
      claims: {
        event_timestamp: 1000,
        initiating_entity: 'user',
        reason_admin: { en: 'the person authenticated again, for a sensitive scope' },
        namespace: 'acr',
        current_level: 'mfa',
        previous_level: 'pwd',
        change_direction: 'increase',
      },
    });
    expect(steppedUp('pwd')?.claims).to.not.have.any.keys('previous_level', 'change_direction');
  });

  it('is nothing for one that did not', () => {
    for (const [acr, before] of [['pwd', 'pwd'], ['pwd', 'mfa'], []])
      expect(steppedUp(acr, before)).to.equal(undefined);
  });
});
