import { Json } from './json-values';
import { LIMITS } from './language';
import { NoRoomError, Room, weightOf } from './room';
import { resolve } from './templates';

describe('the weight of a value', () => {
  it('counts characters as Python does, and each place of a value', () => {
    expect(weightOf('año😀')).toBe(6);
    expect(weightOf([null, true, 1.5, 'x'])).toBe(11);
    expect(weightOf({ nombre: ['x'] })).toBe(16);
    const twice = ['x'];
    expect(weightOf([twice, twice])).toBe(13);
  });

  it('is counted no further than what a run may keep', () => {
    let value: Json = 'x';
    for (let round = 0; round < 70; round += 1) value = [value, value];
    expect(weightOf(value)).toBeGreaterThan(LIMITS.variables);
    expect(weightOf(value)).toBeLessThan(LIMITS.variables + 1_000);
    expect(() => new Room().take(value)).toThrow(NoRoomError);
  });

  it('is had by all texts of one value together', () => {
    const x = 'x'.repeat(LIMITS.variables / 4);
    expect(resolve(['${x}', '${x}', '${x}'], { x })).toEqual([x, x, x]);
    expect(() => resolve(['${x}', { a: '${x}${x}', b: '${x}' }], { x })).toThrow(NoRoomError);
  });
});
