/**
 * The part of WebAssembly's JavaScript interface that the kernels use: neither ES2023 nor @types/node 20 declares it, and
 * the DOM's types would let browser-only names through everywhere.
 * @see https://www.w3.org/TR/wasm-js-api-1/
 */
declare namespace WebAssembly {
  interface MemoryDescriptor {
    readonly initial: number;
    readonly maximum?: number;
    readonly shared?: boolean;
  }

  class Memory {
    constructor(descriptor: MemoryDescriptor);
    readonly buffer: ArrayBuffer | SharedArrayBuffer;
  }

  interface ModuleImportDescriptor {
    readonly module: string;
    readonly name: string;
    readonly kind: "function" | "table" | "memory" | "global" | "tag";
  }

  class CompileError extends Error {}

  class Module {
    constructor(bytes: Uint8Array);
    static imports(module: Module): ModuleImportDescriptor[];
  }

  class Instance {
    constructor(module: Module, imports?: Readonly<Record<string, Readonly<Record<string, unknown>>>>);
    readonly exports: unknown;
  }
}
