/**
 * The numbers of the network: names, shapes and first values.
 *
 * Legend: V terms, H1, H2, H3 units of the hidden layers, C labels. All matrices are row-major, [inputs, outputs].
 */

/** Typed arrays that hold real numbers: 32 bits in use, 64 bits in gradient checks. */
export type FloatArray = Float32Array | Float64Array;

/** Sizes of the network. */
export interface MlpShape {
  readonly nTerms: number;
  readonly hiddenUnits: readonly [number, number, number];
  readonly nLabels: number;
}

/** One array per parameter and per running statistic. */
export interface MlpParameters<A extends FloatArray> {
  /** `[V, H1]` */
  readonly w1: A;
  /** `[H1]` */
  readonly b1: A;
  /** `[H1]` scale of batch norm. */
  readonly gamma1: A;
  /** `[H1]` shift of batch norm. */
  readonly beta1: A;
  /** `[H1]` mean of the layer's sums in use. */
  readonly runningMean1: A;
  /** `[H1]` variance of the layer's sums in use. */
  readonly runningVar1: A;
  /** `[H1, H2]` */
  readonly w2: A;
  /** `[H2]` */
  readonly b2: A;
  /** `[H2]` */
  readonly gamma2: A;
  /** `[H2]` */
  readonly beta2: A;
  /** `[H2]` */
  readonly runningMean2: A;
  /** `[H2]` */
  readonly runningVar2: A;
  /** `[H2, H3]` */
  readonly w3: A;
  /** `[H3]` */
  readonly b3: A;
  /** `[H3]` */
  readonly gamma3: A;
  /** `[H3]` */
  readonly beta3: A;
  /** `[H3]` */
  readonly runningMean3: A;
  /** `[H3]` */
  readonly runningVar3: A;
  /** `[H3, C]` */
  readonly w4: A;
  /** `[C]` */
  readonly b4: A;
}

/** The network as the model file holds it. */
export type MlpWeights = MlpParameters<Float32Array>;
