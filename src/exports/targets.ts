/** Programs that a model can be opened in. */
export const EXPORT_TARGETS = ["onnx", "safetensors", "tfjs"] as const;
export type ExportTarget = (typeof EXPORT_TARGETS)[number];
