import type { Command } from "commander";
import type { ModelFigures } from "../compress.js";
import { COMPRESS_SPEC, type CompressOptions } from "../options/compress-options.js";
import type { LabeledArticle } from "../text/article.js";
import { addInputFlags, checkInputFlags, type InputFlags, readLabeled } from "./input-flags.js";
import { describeMergedLabels } from "./input-messages.js";
import { addSpecFlags, pickSpecValues } from "./option-flags.js";
import type { CommandStreams } from "./streams.js";

interface CompressFlags extends InputFlags, CompressOptions {
  readonly check: string;
  readonly output: string;
}

function renderFigures(name: string, { sizeBytes, nTerms, accuracy, macroF1 }: ModelFigures): string {
  const figures = `${sizeBytes} bytes, ${nTerms} terms, accuracy ${accuracy.toFixed(4)}, macro-F1 ${macroF1.toFixed(4)}`;
  return `${name.padEnd(7)} ${figures}\n`;
}

async function runCompress(modelPath: string, flags: CompressFlags, streams: CommandStreams): Promise<void> {
  const [{ fromFile, saveModel }, { checkWritable }, { Classifier }, { compress }, { LabelMatcher }] =
    await Promise.all([
      import("../io/model-source.js"),
      import("../io/files.js"),
      import("../classifier.js"),
      import("../compress.js"),
      import("../text/label-spelling.js"),
    ]);
  await checkWritable(flags.output);
  const classifier = await Classifier.load(fromFile(modelPath));
  const matcher = new LabelMatcher(flags.labelNormalization === false ? [] : classifier.labels);
  const articles = await readLabeled([flags.check], flags, streams, async (reader) => {
    const read: LabeledArticle[] = [];
    for await (const { article } of reader) read.push({ ...article, label: matcher.match(article.label) });
    return read;
  });
  const { output, messages } = streams;
  messages.write(describeMergedLabels(matcher.merged));
  const result = await compress(classifier, articles, pickSpecValues<CompressOptions>(COMPRESS_SPEC, { ...flags }));
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
    .requiredOption("--check <file>", "labelled articles, as for train, best not those that the model was trained on")
    .requiredOption("-o, --output <file>", "the smaller model");
  addSpecFlags(command, COMPRESS_SPEC);
  addInputFlags(command, { withLabel: true });
  command.action((modelPath: string, flags: CompressFlags) => {
    checkInputFlags(command, flags);
    return runCompress(modelPath, flags, streams);
  });
}
