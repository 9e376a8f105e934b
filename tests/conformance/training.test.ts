import { createReferenceMlp } from "../../src/kernels/reference-mlp.js";
import { train } from "../../src/train.js";
import { describeTraining } from "./training.js";

describeTraining("the reference kernels", (articles, options) =>
  train(articles, { ...options, kernels: createReferenceMlp }),
);

describeTraining("the package's WebAssembly kernels", train);

// Whichever TensorFlow.js works here; docs/engines.md says which backends were compared.
describeTraining("TensorFlow.js", (articles, options) => train(articles, { ...options, engine: "tfjs" }));
