import { ReferenceViterbi } from "../../src/kernels/reference-viterbi.js";
import { describeTokenizer } from "./tokenizer.js";

describeTokenizer("reference", (tables) => new ReferenceViterbi(tables));
