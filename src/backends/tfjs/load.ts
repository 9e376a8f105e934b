import { KernelError } from "../../errors.js";
import type { EngineChoice, UnusableEngine } from "../../nn/training-backend.js";
import { probe } from "./probe.js";
import type { TensorFlow } from "./tensorflow.js";
import { TfjsSteps } from "./tfjs-steps.js";

/** In the order of their speed. */
const CANDIDATES = [
  { name: "@tensorflow/tfjs-node", imports: ["@tensorflow/tfjs-node"], backend: "tensorflow" },
  {
    name: "@tensorflow/tfjs-backend-wasm",
    imports: ["@tensorflow/tfjs", "@tensorflow/tfjs-backend-wasm"],
    backend: "wasm",
  },
  { name: "@tensorflow/tfjs", imports: ["@tensorflow/tfjs"], backend: "cpu" },
] as const;

/** By name, so that bundlers leave packages alone that may not be there. */
const importByName = (name: string): Promise<unknown> => import(name);

/** CommonJS packages have all their exports in the default one, and not always elsewhere. */
function namespaceOf(module: unknown): TensorFlow {
  return ((module as { readonly default?: TensorFlow }).default ?? module) as TensorFlow;
}

async function open({ imports, backend }: (typeof CANDIDATES)[number], importPackage: typeof importByName) {
  const modules: unknown[] = [];
  for (const name of imports) modules.push(await importPackage(name));
  const tf = namespaceOf(modules[0]);
  // Else TensorFlow.js prints an advertisement.
  tf.enableProdMode();
  if (!(await tf.setBackend(backend))) throw new Error(`the ${backend} backend does not start`);
  probe(tf);
  return tf;
}

/**
 * Returns the fastest TensorFlow.js that is installed and works here: tfjs-node, then the WebAssembly backend, then plain
 * JavaScript. Each is tried with a few real steps.
 *
 * @param importPackage loads a package by its name
 * @throws {KernelError} KERNEL_UNAVAILABLE when none does
 */
export async function loadTfjs(importPackage: typeof importByName = importByName): Promise<EngineChoice> {
  const unusable: UnusableEngine[] = [];
  for (const candidate of CANDIDATES) {
    try {
      const tf = await open(candidate, importPackage);
      const name = `${candidate.name} ${tf.version.tfjs}, ${candidate.backend} backend`;
      return {
        backend: { name, createSteps: (network, source) => new TfjsSteps(tf, network, source) },
        unusable,
      };
    } catch (error) {
      const [reason = ""] = String(error instanceof Error ? error.message : error).split("\n");
      unusable.push({ name: candidate.name, reason });
    }
  }
  const reasons = unusable.map(({ name, reason }) => `${name}: ${reason}`).join("; ");
  throw new KernelError(
    "KERNEL_UNAVAILABLE",
    `TensorFlow.js cannot be used (${reasons}); install it with: npm install @tensorflow/tfjs, or train with engine "wasm"`,
  );
}
