import { createReferenceMlp } from "../../src/kernels/reference-mlp.js";
import { train } from "../../src/train.js";
import { describeTraining } from "./training.js";

describeTraining("the reference kernels", (articles, options) =>
  train(articles, { ...options, kernels: createReferenceMlp }),
);

describeTraining("the package's WebAssembly kernels", train);
