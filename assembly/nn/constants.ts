/** The same as in src/kernels/mlp.ts; the conformance suite compares with formulas that read them there. */

export const BATCH_NORM_MOMENTUM: f64 = 0.1;
export const BATCH_NORM_EPSILON: f64 = 1e-5;
export const ADAM_BETA1: f64 = 0.9;
export const ADAM_BETA2: f64 = 0.999;
