import type { Tensor } from "@tensorflow/tfjs";
import { ADAM_BETA1, ADAM_BETA2 } from "../../kernels/mlp.js";
import { isDecoupled, type OptimizerRule, type OptimizerStep } from "../../nn/optimizer.js";
import type { TensorFlow } from "./tensorflow.js";

/** A parameter with what the optimizer remembers of it. */
export interface TensorState {
  readonly value: Tensor;
  readonly moment1: Tensor;
  readonly moment2: Tensor;
}

/** What differs between the parameters of a step. */
export interface OwnStep {
  readonly rate: number;
  readonly decay: number;
  readonly isDecayed: boolean;
}

/** Returns the parameter after a step, by the formulas of `adamUpdate` and `sgdUpdate` in kernels/mlp.ts; to be called in a tidy. */
export function updateTensor(
  tf: TensorFlow,
  rule: OptimizerRule,
  { value, moment1, moment2 }: TensorState,
  gradient: Tensor,
  { correction1, correction2 }: OptimizerStep,
  { rate, decay, isDecayed }: OwnStep,
): TensorState {
  const kept = tf.mul(value, 1 - decay);
  if (rule.optimizer === "sgd") {
    const velocity = tf.add(tf.mul(moment1, rule.momentum), gradient);
    const direction = rule.nesterov ? tf.add(gradient, tf.mul(velocity, rule.momentum)) : velocity;
    return { value: tf.sub(kept, tf.mul(direction, rate)), moment1: velocity, moment2: tf.clone(moment2) };
  }
  const l2 = isDecayed && !isDecoupled(rule) ? rule.weightDecay : 0;
  const g = l2 === 0 ? gradient : tf.add(gradient, tf.mul(value, l2));
  const mean = tf.add(tf.mul(moment1, ADAM_BETA1), tf.mul(g, 1 - ADAM_BETA1));
  const square = tf.add(tf.mul(moment2, ADAM_BETA2), tf.mul(tf.square(g), 1 - ADAM_BETA2));
  const root = tf.add(tf.mul(tf.sqrt(square), 1 / Math.sqrt(correction2)), rule.epsilon);
  return { value: tf.sub(kept, tf.div(tf.mul(mean, rate / correction1), root)), moment1: mean, moment2: square };
}
