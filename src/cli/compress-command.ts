import type { Command } from "commander";
import type { ModelFigures } from "../compress.js";
import { COMPRESS_SPEC, type CompressOptions } from "../options/compress-options.js";
import { addColumnFlags, type ColumnFlags, columnOptions } from "./column-flags.js";
import { addSpecFlags, pickSpecValues } from "./option-flags.js";
import { describeRejectedRows } from "./rejected-rows.js";
import type { CommandStreams } from "./streams.js";

interface CompressFlags extends ColumnFlags, Readonly<Record<string, unknown>> {
  readonly check: string;
  readonly output: string;
}

function renderFigures(name: string, { sizeBytes, nTerms, accuracy, macroF1 }: ModelFigures): string {
  const figures = `${sizeBytes} bytes, ${nTerms} terms, accuracy ${accuracy.toFixed(4)}, macro-F1 ${macroF1.toFixed(4)}`;
  return `${name.padEnd(7)} ${figures}\n`;
}

async function runCompress(
  modelPath: string,
  flags: CompressFlags,
  { output, messages }: CommandStreams,
): Promise<void> {
  const [{ fromFile, saveModel }, { readArticles }, { checkWritable }, { Classifier }, { compress }] =
    await Promise.all([
      import("../io/model-source.js"),
      import("../io/read-articles.js"),
      import("../io/files.js"),
      import("../classifier.js"),
      import("../compress.js"),
    ]);
  await checkWritable(flags.output);
  const classifier = await Classifier.load(fromFile(modelPath));
  const reader = readArticles(flags.check, columnOptions(flags));
  const articles = [];
  for await (const { article } of reader) articles.push(article);
  messages.write(describeRejectedRows(flags.check, reader.summary()));
  const result = await compress(classifier, articles, pickSpecValues<CompressOptions>(COMPRESS_SPEC, flags));
  await saveModel(flags.output, result.classifier);
  await output.write(renderFigures("before", result.before) + renderFigures("after", result.after));
  messages.write(`model: ${flags.output}\n`);
}

/** Adds `newsclf compress <model>`. */
export function addCompressCommand(program: Command, streams: CommandStreams): void {
  const command = program
    .command("compress")
    .description("make a finished model smaller, measured on labelled articles; too great a loss is refused")
    .argument("<model>", "model file")
    .requiredOption("--check <csv>", "labelled articles, as for train, best not those that the model was trained on")
    .requiredOption("-o, --output <file>", "the smaller model");
  addSpecFlags(command, COMPRESS_SPEC);
  addColumnFlags(command, { withLabel: true });
  command.action((modelPath: string, flags: CompressFlags) => runCompress(modelPath, flags, streams));
}
