/**
 * exp, ln and cos from additions, multiplications and divisions alone.
 *
 * ECMAScript lets `Math.exp`, `Math.log` and `Math.cos` differ between engines, and a trained model must not: its bytes
 * would depend on the version of Node. The four basic operations and the square root are exact in IEEE 754, so these
 * functions give the same bits everywhere, and a WebAssembly twin of the same formulas gives them too.
 */

/** ln 2 in two parts; the first has 32 significant bits, so that n times it is exact for |n| < 2^21. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
/** Above this exp is infinite, below the next one it is 0. */
const EXP_OVERFLOW = 709.782712893384;
const EXP_UNDERFLOW = -745.1332191019412;
/** Terms of the Taylor series of exp on |r| ≤ ln(2)/2: the rest is below r^14 / 14! < 5e-18. */
const EXP_TERMS = 13;
/** Terms of the series of artanh on |s| ≤ 0.1716: the rest is below s^24 / 25 < 2e-20. */
const LOG_TERMS = 11;
/** Terms of the Taylor series of sin on |x| ≤ π/2: the rest is below x^25 / 25! < 6e-21. */
const SIN_TERMS = 11;

const DOUBLE = new Float64Array(1);
const WORDS = new Uint32Array(DOUBLE.buffer);
/** Typed arrays have the byte order of the machine; this is the word that holds sign and exponent. */
const HIGH = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0;

/** 2^n for a normal result, -1022 ≤ n ≤ 1023. */
function powerOfTwo(n: number): number {
  WORDS[1 - HIGH] = 0;
  WORDS[HIGH] = (n + 1023) << 20;
  return DOUBLE[0];
}

/**
 * Returns e^x within 3 units in the last place; 0 and Infinity beyond the range of doubles, NaN for NaN.
 *
 *   x = n ln 2 + r, |r| ≤ ln(2)/2;  e^x = 2^n (1 + r (1 + r/2 (1 + r/3 (…))))
 */
export function exponential(x: number): number {
  if (!(x <= EXP_OVERFLOW)) return x > EXP_OVERFLOW ? Infinity : Number.NaN;
  if (x < EXP_UNDERFLOW) return 0;
  const n = Math.floor(x * Math.LOG2E + 0.5);
  const r = x - n * LN2_HIGH - n * LN2_LOW;
  let sum = 1;
  for (let k = EXP_TERMS; k >= 1; k--) sum = 1 + (r * sum) / k;
  // In two factors, since 2^n alone may lie outside the normal range where the result does not.
  const half = n >> 1;
  return sum * powerOfTwo(half) * powerOfTwo(n - half);
}

/**
 * Returns ln x within 3 units in the last place for normal x; -Infinity for 0, NaN below 0.
 *
 *   x = 2^n m, √½ ≤ m < √2, s = (m - 1)/(m + 1);  ln x = n ln 2 + 2 (s + s³/3 + s⁵/5 + …)
 */
export function naturalLogarithm(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : Number.NaN;
  if (x === Infinity) return Infinity;
  // Numbers below the normal range have no exponent of their own.
  const scale = x < 2.2250738585072014e-308 ? 54 : 0;
  DOUBLE[0] = scale === 0 ? x : x * 18014398509481984;
  let n = (WORDS[HIGH] >>> 20) - 1022 - scale;
  WORDS[HIGH] = (WORDS[HIGH] & 0x000f_ffff) | 0x3fe0_0000;
  let m = DOUBLE[0];
  if (m < Math.SQRT1_2) {
    m *= 2;
    n--;
  }
  const s = (m - 1) / (m + 1);
  const square = s * s;
  let sum = 0;
  for (let k = LOG_TERMS; k >= 1; k--) sum = (sum + 1 / (2 * k + 1)) * square;
  return n * LN2_HIGH + (2 * s + (2 * s * sum + n * LN2_LOW));
}

/** Returns cos(π x) for 0 ≤ x ≤ 1 within 1e-15, as sin(π (½ - x)); exactly 1, 0 and -1 at 0, ½ and 1. */
export function cosineOfPi(x: number): number {
  if (x === 0) return 1;
  if (x === 1) return -1;
  const angle = Math.PI * (0.5 - x);
  const square = angle * angle;
  let sum = 1;
  for (let k = SIN_TERMS; k >= 1; k--) sum = 1 - (square * sum) / (2 * k * (2 * k + 1));
  return angle * sum;
}

/** Smallest probability that enters a logarithm: what a float32 can still tell from 0. */
const SMALLEST_PROBABILITY = 1.1754943508222875e-38;

/** ln of a probability that was computed in 32 bits; one of 0 stands for the smallest normal number. */
export function logProbability(probability: number): number {
  return naturalLogarithm(Math.max(probability, SMALLEST_PROBABILITY));
}
