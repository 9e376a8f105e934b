/** exp and ln in double from basic operations alone; the same series as in src/kernels/math.ts, quotients computed ahead. */

const LN2_HIGH: f64 = 0.6931471803691238;
const LN2_LOW: f64 = 1.9082149292705877e-10;
const LOG2_E: f64 = 1.4426950408889634;
const EXP_OVERFLOW: f64 = 709.782712893384;
/** Below this the result is under the normal range of doubles; 0 is as near as a float32 can tell. */
const EXP_UNDERFLOW: f64 = -708.0;

/** Returns e^x within 4e-16 relative; 0 below -708, Infinity above 709.78, NaN for NaN. */
export function exponential(x: f64): f64 {
  if (!(x <= EXP_OVERFLOW)) return x > EXP_OVERFLOW ? Infinity : NaN;
  if (x < EXP_UNDERFLOW) return 0;
  const n = Math.floor(x * LOG2_E + 0.5);
  const r = x - n * LN2_HIGH - n * LN2_LOW;
  let sum: f64 = 1.0 / 6227020800.0;
  sum = 1.0 / 479001600.0 + r * sum;
  sum = 1.0 / 39916800.0 + r * sum;
  sum = 1.0 / 3628800.0 + r * sum;
  sum = 1.0 / 362880.0 + r * sum;
  sum = 1.0 / 40320.0 + r * sum;
  sum = 1.0 / 5040.0 + r * sum;
  sum = 1.0 / 720.0 + r * sum;
  sum = 1.0 / 120.0 + r * sum;
  sum = 1.0 / 24.0 + r * sum;
  sum = 1.0 / 6.0 + r * sum;
  sum = 0.5 + r * sum;
  sum = 1.0 + r * sum;
  sum = 1.0 + r * sum;
  // 2^1024 is not a double, but the largest x has n = 1024.
  if (n > 1023) return sum * 2 * reinterpret<f64>((<i64>2046) << 52);
  return sum * reinterpret<f64>((<i64>n + 1023) << 52);
}

/** {@link exponential} of two numbers that are 0 or less, or NaN. */
// @ts-ignore: decorator
@inline
export function twoExponentials(x: v128): v128 {
  const n = f64x2.floor(f64x2.add(f64x2.mul(x, f64x2.splat(LOG2_E)), f64x2.splat(0.5)));
  const r = f64x2.sub(f64x2.sub(x, f64x2.mul(n, f64x2.splat(LN2_HIGH))), f64x2.mul(n, f64x2.splat(LN2_LOW)));
  let sum = f64x2.splat(1.0 / 6227020800.0);
  sum = f64x2.add(f64x2.splat(1.0 / 479001600.0), f64x2.mul(r, sum));
  sum = f64x2.add(f64x2.splat(1.0 / 39916800.0), f64x2.mul(r, sum));
  sum = f64x2.add(f64x2.splat(1.0 / 3628800.0), f64x2.mul(r, sum));
  sum = f64x2.add(f64x2.splat(1.0 / 362880.0), f64x2.mul(r, sum));
  sum = f64x2.add(f64x2.splat(1.0 / 40320.0), f64x2.mul(r, sum));
  sum = f64x2.add(f64x2.splat(1.0 / 5040.0), f64x2.mul(r, sum));
  sum = f64x2.add(f64x2.splat(1.0 / 720.0), f64x2.mul(r, sum));
  sum = f64x2.add(f64x2.splat(1.0 / 120.0), f64x2.mul(r, sum));
  sum = f64x2.add(f64x2.splat(1.0 / 24.0), f64x2.mul(r, sum));
  sum = f64x2.add(f64x2.splat(1.0 / 6.0), f64x2.mul(r, sum));
  sum = f64x2.add(f64x2.splat(0.5), f64x2.mul(r, sum));
  sum = f64x2.add(f64x2.splat(1.0), f64x2.mul(r, sum));
  sum = f64x2.add(f64x2.splat(1.0), f64x2.mul(r, sum));
  const exponents = i64x2.extend_low_i32x4_s(i32x4.trunc_sat_f64x2_s_zero(n));
  const powers = i64x2.shl(i64x2.add(exponents, i64x2.splat(1023)), 52);
  return v128.andnot(f64x2.mul(sum, powers), f64x2.lt(x, f64x2.splat(EXP_UNDERFLOW)));
}

/** Returns ln x for normal x > 0 within 4e-16 relative or absolute; -Infinity for 0, NaN below, x for NaN and Infinity. */
export function naturalLogarithm(x: f64): f64 {
  if (!(x > 0)) return x == 0 ? -Infinity : NaN;
  if (x == Infinity) return x;
  const bits = reinterpret<i64>(x);
  let n = <f64>(<i32>(bits >> 52) - 1022);
  let m = reinterpret<f64>((bits & 0x000f_ffff_ffff_ffff) | 0x3fe0_0000_0000_0000);
  if (m < 0.7071067811865476) {
    m *= 2;
    n -= 1;
  }
  const s = (m - 1) / (m + 1);
  const square = s * s;
  let sum: f64 = square * (1.0 / 23.0);
  sum = (sum + 1.0 / 21.0) * square;
  sum = (sum + 1.0 / 19.0) * square;
  sum = (sum + 1.0 / 17.0) * square;
  sum = (sum + 1.0 / 15.0) * square;
  sum = (sum + 1.0 / 13.0) * square;
  sum = (sum + 1.0 / 11.0) * square;
  sum = (sum + 1.0 / 9.0) * square;
  sum = (sum + 1.0 / 7.0) * square;
  sum = (sum + 1.0 / 5.0) * square;
  sum = (sum + 1.0 / 3.0) * square;
  return n * LN2_HIGH + (2 * s + (2 * s * sum + n * LN2_LOW));
}
