import { describe, expect, test } from '@jest/globals';
import {
  axisMoney,
  editableMoney,
  forecast,
  money,
  moneyAtLeast,
  moneyRange,
  parseMoney,
} from '../../web/src/lib/format/money.ts';
import {
  bytes,
  compact,
  counted,
  decimal,
  listed,
  percent,
  plain,
  scientific,
  signed,
  tokens,
} from '../../web/src/lib/format/numbers.ts';

/** Non-breaking spaces read as spaces. */
const text = (shown: string) => shown.replaceAll('\u00a0', ' ');

describe('money', () => {
  test('always has cents, and what costs something never reads as nothing', () => {
    expect(money(30_040_000)).toBe('$30.04');
    expect(money(1_234_500_000)).toBe('$1,234.50');
    expect(money(0)).toBe('$0.00');
    expect(money(1)).toBe('$0.000001');
    expect(money(100_000)).toBe('$0.10');
    expect(money(-5_500_000)).toBe('−$5.50');
  });

  test('below ten cents two digits count, because cents would be far off', () => {
    expect(money(1_333)).toBe('$0.0013');
    expect(money(12_800)).toBe('$0.013');
    expect(money(50_000)).toBe('$0.05');
    expect(money(99_999)).toBe('$0.10');
    expect(money(80_000)).toBe('$0.08');
  });

  test('a smallest cap is rounded up, so that typing it is enough', () => {
    expect(moneyAtLeast(2_740_001)).toBe('$2.75');
    expect(moneyAtLeast(20_000)).toBe('$0.02');
    for (let micros = 1; micros < 3_000_000; micros = Math.ceil(micros * 1.07)) {
      expect(parseMoney(moneyAtLeast(micros))).toBeGreaterThanOrEqual(micros);
    }
  });

  test('only forecasts of a hundred dollars and more are whole dollars', () => {
    expect(forecast(511_400_000)).toBe('$511');
    expect(forecast(89_120_000)).toBe('$89.12');
  });

  test('a range whose ends read the same is one figure', () => {
    expect(text(moneyRange(25_400_000, 35_900_000))).toBe('$25.40 – $35.90');
    expect(moneyRange(12_340_000, 12_341_000)).toBe('$12.34');
  });

  test('axis labels have the decimals their step needs', () => {
    expect([0, 10e6, 20e6].map((tick) => axisMoney(tick, 10e6))).toEqual(['$0', '$10', '$20']);
    expect([0, 5e3, 1e4].map((tick) => axisMoney(tick, 5e3))).toEqual(['$0', '$0.005', '$0.010']);
    expect(axisMoney(2_500_000, 2_500_000)).toBe('$2.50');
  });

  test('what a person types is an amount or nothing', () => {
    expect(parseMoney('40')).toBe(40_000_000);
    expect(parseMoney(' $40.05 ')).toBe(40_050_000);
    expect(parseMoney('1,000.5')).toBe(1_000_500_000);
    expect(parseMoney('.05')).toBe(50_000);
    for (const wrong of ['', '.', 'abc', '-1', '1,0', '1.2.3', '1e3', '0,5']) {
      expect(parseMoney(wrong)).toBeUndefined();
    }
  });

  test('an amount survives being shown in a field and read again', () => {
    for (const micros of [40_000_000, 50_000, 1_234_567, 10, 0]) {
      expect(parseMoney(editableMoney(micros))).toBe(micros);
    }
    expect(editableMoney(40_000_000)).toBe('40.00');
    expect(editableMoney(1_500)).toBe('0.0015');
  });
});

describe('numbers', () => {
  test('minus is a minus, and a rounded zero has no sign', () => {
    expect(decimal(-0.61, 2)).toBe('−0.61');
    expect(decimal(-0.001, 2)).toBe('0.00');
    expect(signed(0.012, 3)).toBe('+0.012');
    expect(signed(0.0001, 3)).toBe('0.000');
  });

  test('a share that is not the whole never reads 100 %, and one that is not nothing never 0 %', () => {
    expect(text(percent(0.784))).toBe('78 %');
    expect(text(percent(0.9999))).toBe('99 %');
    expect(text(percent(1))).toBe('100 %');
    expect(text(percent(0.001))).toBe('< 1 %');
    expect(text(percent(0))).toBe('0 %');
    expect(text(percent(0.697, 1))).toBe('69.7 %');
  });

  test('large counts are shortened, small ones are not', () => {
    expect(text(tokens(192_000_000))).toBe('192.0 M tokens');
    expect(text(compact(56_370_000))).toBe('56.37 M');
    expect(text(compact(8_030_000_000))).toBe('8.03 B');
    expect(text(compact(9_420))).toBe('9,420');
    expect(text(compact(31_540))).toBe('31.5 k');
    expect(text(counted(1, 'row'))).toBe('1 row');
    expect(text(counted(48_210, 'row'))).toBe('48,210 rows');
  });

  test('learning rates are written as a power of ten', () => {
    expect(text(scientific(2.86e-4))).toBe('2.86 × 10⁻⁴');
    expect(text(scientific(1e-5))).toBe('1 × 10⁻⁵');
    expect(scientific(0.05)).toBe('0.05');
    expect(scientific(0)).toBe('0');
  });

  test('significant digits, no trailing zeros', () => {
    expect(plain(0.4437)).toBe('0.444');
    expect(plain(11_850.4)).toBe('11,850');
    expect(plain(0.1)).toBe('0.1');
  });

  test('bytes are powers of a thousand', () => {
    expect(text(bytes(812))).toBe('812 B');
    expect(text(bytes(83_886_080))).toBe('83.9 MB');
    expect(text(bytes(999_600))).toBe('1.0 MB');
    expect(text(bytes(251_600_000))).toBe('252 MB');
  });

  test('a list in a sentence', () => {
    expect(listed(['a', 'b', 'c'])).toBe('a, b and c');
    expect(listed(['a'])).toBe('a');
  });
});
