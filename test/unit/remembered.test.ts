import { expect } from 'chai';
import fc from 'fast-check';
import { Remembered } from '../../server/remembered.ts';

interface Step {
  readonly key: string;
  readonly value: number;
  readonly isSet: boolean;
  readonly isDeleted: boolean;
}

const played = (
  { key, value, isSet, isDeleted }: Step,
  on: { set(key: string, value: number): unknown; delete(key: string): unknown },
) => {
  if (isSet) on.set(key, value);
  if (isDeleted) on.delete(key);
};

describe('what was asked about last', () => {
  it('is what was set last, or nothing, and never more than its bound', () => {
    const step = fc.record({
      key: fc.nat(60).map(String),
      value: fc.nat(),
      isSet: fc.boolean(),
      isDeleted: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
        const remembered = new Remembered<number>(20);
        const model = new Map<string, number>();
        for (const one of steps) {
          expect([undefined, model.get(one.key)]).to.include(remembered.get(one.key));
          played(one, remembered);
          played(one, model);
        }
        const keys = Array.from({ length: 61 }, (_, key) => String(key));
        expect(keys.filter((key) => remembered.get(key) !== undefined).length).to.be.at.most(20);
        remembered.clear();
        expect(keys.filter((key) => remembered.get(key) !== undefined)).to.deep.equal([]);
      }),
    );
  });

  it('keeps what is asked for again and again, whatever comes and goes', () => {
    const remembered = new Remembered<string>(100);
    remembered.set('asked', 'for');
    for (let other = 0; other < 1000; other++) {
      remembered.set(`other ${other}`, '');
      expect(remembered.get('asked')).to.equal('for');
    }
    expect(remembered.get('other 0')).to.equal(undefined);
  });
});
