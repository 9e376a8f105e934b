import { createReferenceMlp } from "../../src/kernels/reference-mlp.js";
import { describeMlpKernels } from "./kernels.js";

describeMlpKernels("reference", createReferenceMlp);
