import type { OptionSpec } from "./constraint.js";

/** How a finished model is made smaller. */
export interface CompressOptions {
  /** Type of the first layer's weights, which are nearly all of them. */
  readonly quantize?: "none" | "float16" | "int8";
  /** Share of the terms to drop. */
  readonly prune?: number;
  /** Largest loss of macro-F1 that is accepted. */
  readonly maxLoss?: number;
}

export const COMPRESS_SPEC: OptionSpec<CompressOptions> = {
  quantize: {
    kind: "choice",
    values: ["none", "float16", "int8"],
    default: "int8",
    help: "Type of the first layer's weights: none leaves it, float16 halves them, int8 makes a quarter of them",
  },
  prune: {
    kind: "number",
    min: 0,
    max: 1,
    maxExclusive: true,
    unit: "share of terms",
    default: 0,
    help: "Drop this share of the terms, those that move the network least",
  },
  maxLoss: {
    kind: "number",
    min: 0,
    max: 1,
    unit: "macro-F1",
    default: 0.002,
    help: "Refuse when macro-F1 on the articles given falls by more than this",
  },
};
