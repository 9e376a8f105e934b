import path from "node:path";
import { type Command, Option } from "commander";
import { EXPORT_TARGETS, type ExportTarget } from "../exports/targets.js";
import type { CommandStreams } from "./streams.js";
import { version } from "./version.js";

interface ExportFlags {
  readonly to: ExportTarget;
}

async function runExport(
  modelPath: string,
  folder: string,
  { to }: ExportFlags,
  { messages }: CommandStreams,
): Promise<void> {
  const [{ readFileBytes, writeFileAtomically }, { decodeModel }, { exportModel }] = await Promise.all([
    import("../io/files.js"),
    import("../model-file/model-file.js"),
    import("../exports/export-model.js"),
  ]);
  const parts = await decodeModel(await readFileBytes(modelPath), modelPath);
  const files = await exportModel(parts, to, version());
  for (const [name, bytes] of files) {
    const place = path.join(folder, name);
    await writeFileAtomically(place, bytes);
    messages.write(`${to}: ${place} (${bytes.length} bytes)\n`);
  }
}

/** Adds `newsclf export <model> <dir>`. */
export function addExportCommand(program: Command, streams: CommandStreams): void {
  program
    .command("export")
    .description("write a model's network and vocabulary in the form of other programs")
    .argument("<model>", "model file")
    .argument("<dir>", "folder to write into; made when missing")
    .addOption(
      new Option(
        "--to <target>",
        "onnx for onnxruntime, tfjs for a TensorFlow.js LayersModel, safetensors for plain tensors",
      )
        .choices(EXPORT_TARGETS)
        .makeOptionMandatory(),
    )
    .action((modelPath: string, folder: string, flags: ExportFlags) => runExport(modelPath, folder, flags, streams));
}
