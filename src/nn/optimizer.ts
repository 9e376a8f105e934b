/** How gradients become steps: one interface over the kernels of each optimizer. */

import type { FloatArray, MlpKernels } from "../kernels/mlp.js";
import type { Resolved } from "../options/resolve-options.js";
import type { OptimizerOptions } from "../options/train-options.js";

/** The options that decide a step, but for its rate. */
export type OptimizerRule = Pick<
  Resolved<OptimizerOptions>,
  "optimizer" | "momentum" | "nesterov" | "weightDecay" | "epsilon"
>;

/**
 * Whether weight decay multiplies the weights, apart from the gradient: for adamw and sgd; adam adds it to the gradient, as
 * PyTorch's does.
 */
export function isDecoupled({ optimizer }: Pick<OptimizerRule, "optimizer">): boolean {
  return optimizer !== "adam";
}

/** What is the same for all parameters of a step. */
export interface OptimizerStep {
  /** Of w1's stored rows: the learning rate divided by the factor that they are stored without. */
  readonly rowRate: number;
  readonly learningRate: number;
  /** Share of the weights that goes, learningRate · weightDecay; 0 where decay is not decoupled. */
  readonly decay: number;
  /** 1 - βk^step of Adam. */
  readonly correction1: number;
  readonly correction2: number;
}

/** A parameter that every step changes, with what optimizers remember of it. */
export interface DenseParameter<A extends FloatArray> {
  readonly value: A;
  readonly gradient: A;
  /** Mean gradient of Adam, velocity of sgd. */
  readonly moment1: A;
  /** Mean squared gradient of Adam; sgd leaves it zero. */
  readonly moment2: A;
  /** Weight decay applies to matrices only: biases, gamma and beta do not make the function steeper. */
  readonly isDecayed: boolean;
}

/** w1 and its moments `[nTerms, nUnits]`, and the gradient of some rows of a batch. */
export interface RowParameter<A extends FloatArray> extends Omit<DenseParameter<A>, "isDecayed"> {
  readonly nTerms: number;
  readonly nUnits: number;
}

export interface Optimizer<A extends FloatArray> {
  updateDense(parameter: DenseParameter<A>, step: OptimizerStep): void;
  /**
   * Changes the rows `rows[beginSlot … endSlot - 1]`, whose gradients are the rows of `parameter.gradient`, without
   * decoupled decay. Other rows, their moments included, stay as they are.
   */
  updateRows(
    parameter: RowParameter<A>,
    rows: Uint32Array,
    step: OptimizerStep,
    beginSlot: number,
    endSlot: number,
  ): void;
}

/** Adam and AdamW: see `adamUpdate` of the kernels. */
function createAdam<A extends FloatArray>(kernels: MlpKernels<A>, rule: OptimizerRule): Optimizer<A> {
  const { epsilon } = rule;
  const l2 = isDecoupled(rule) ? 0 : rule.weightDecay;
  return {
    updateDense({ value, gradient, moment1, moment2, isDecayed }, { learningRate, decay, correction1, correction2 }) {
      kernels.adamUpdate(
        value,
        moment1,
        moment2,
        gradient,
        learningRate,
        isDecayed ? decay : 0,
        isDecayed ? l2 : 0,
        correction1,
        correction2,
        epsilon,
        value.length,
      );
    },
    updateRows(
      { value, gradient, moment1, moment2, nTerms, nUnits },
      rows,
      { rowRate, correction1, correction2 },
      beginSlot,
      endSlot,
    ) {
      kernels.adamUpdateRows(
        value,
        moment1,
        moment2,
        gradient,
        rows,
        rowRate,
        l2,
        correction1,
        correction2,
        epsilon,
        beginSlot,
        endSlot,
        nTerms,
        nUnits,
      );
    },
  };
}

/** Stochastic gradient descent: see `sgdUpdate` of the kernels. */
function createSgd<A extends FloatArray>(kernels: MlpKernels<A>, rule: OptimizerRule): Optimizer<A> {
  const { momentum, nesterov } = rule;
  return {
    updateDense({ value, gradient, moment1, isDecayed }, { learningRate, decay }) {
      const ownDecay = isDecayed ? decay : 0;
      kernels.sgdUpdate(value, moment1, gradient, learningRate, ownDecay, momentum, nesterov, value.length);
    },
    updateRows({ value, gradient, moment1, nTerms, nUnits }, rows, { rowRate }, beginSlot, endSlot) {
      kernels.sgdUpdateRows(
        value,
        moment1,
        gradient,
        rows,
        rowRate,
        momentum,
        nesterov,
        beginSlot,
        endSlot,
        nTerms,
        nUnits,
      );
    },
  };
}

export function createOptimizer<A extends FloatArray>(kernels: MlpKernels<A>, rule: OptimizerRule): Optimizer<A> {
  return rule.optimizer === "sgd" ? createSgd(kernels, rule) : createAdam(kernels, rule);
}
