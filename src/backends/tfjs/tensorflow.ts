import type * as tfjs from "@tensorflow/tfjs";

/** TensorFlow.js as one of its packages gives it; only its types are known when this package is built. */
export type TensorFlow = typeof tfjs;
