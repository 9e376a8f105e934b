import { train } from "../../src/train.js";
import { describeTraining } from "./training.js";

describeTraining("the reference kernels", train);
