import { KernelError } from "../errors.js";

/**
 * Compiles a module of kernels.
 *
 * @param whose what the module belongs to, for the message: "the network's"
 * @param needs what it asks of the runtime, for the message: "SIMD"
 * @throws {KernelError} KERNEL_UNAVAILABLE when the runtime has no WebAssembly, or none with what the module needs
 */
export function compileModule(moduleBytes: Uint8Array, whose: string, needs: string): WebAssembly.Module {
  if (typeof WebAssembly === "undefined") {
    throw new KernelError("KERNEL_UNAVAILABLE", "this runtime has no WebAssembly; use one that has, such as Node 20");
  }
  try {
    return new WebAssembly.Module(moduleBytes);
  } catch (cause) {
    const problem = `this runtime cannot compile ${whose} WebAssembly module, which needs ${needs}`;
    throw new KernelError("KERNEL_UNAVAILABLE", `${problem}; use a newer one, such as Node 20`, { cause });
  }
}
