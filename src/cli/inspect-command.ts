import type { Command } from "commander";
import { showTerm } from "../features/show-term.js";
import type { RankedTerm } from "../features/term-statistics.js";
import type { ModelMetadata } from "../model-file/manifest.js";
import { isNoCalibration } from "../nn/calibration.js";
import type { WeightType } from "../nn/weights.js";
import type { Article } from "../text/article.js";
import { planStudent } from "../training/student-plan.js";
import { describeUnlabeledUse } from "./describe-unlabeled-use.js";
import { formatOption, type OutputFormat } from "./format-option.js";
import { addInputFlags, checkInputFlags, type InputFlags, readUnlabeled } from "./input-flags.js";
import { parseCount } from "./parse-count.js";
import type { CommandStreams } from "./streams.js";

interface InspectFlags extends InputFlags {
  readonly top: number;
  readonly format: OutputFormat;
  readonly matrix?: string;
  readonly articles?: string;
}

/** What `newsclf inspect` shows of a model. */
export interface ModelSummary {
  readonly metadata: ModelMetadata;
  readonly nTerms: number;
  /** Whether a linear classifier stands beside the networks. */
  readonly hasLinear: boolean;
  /** Of the first layers' weights. */
  readonly weightType: WeightType;
  /** The rarest terms. */
  readonly topIdf: readonly RankedTerm[];
  readonly topDocumentFrequency: readonly RankedTerm[];
  /** For each label the terms most bound to it, with their chi-square statistic. */
  readonly topByLabel: readonly { readonly label: string; readonly terms: readonly RankedTerm[] }[];
}

const DEFAULT_TOP = 10;

function renderTerms(title: string, terms: readonly RankedTerm[], digits: number): string {
  const shown = terms.map(({ term, value }) => `${showTerm(term)} ${value.toFixed(digits)}`).join("  ");
  return `${title}\n  ${shown}\n`;
}

function describeCalibration({ labels, calibration }: ModelMetadata): string {
  const biases = labels.flatMap((label, c) => {
    const bias = calibration.labelBias[c] as number;
    return bias === 0 ? [] : `${label} ${bias.toFixed(3)}`;
  });
  const shown = biases.length === 0 ? "" : `, bias ${biases.join(", ")}`;
  return `temperature ${calibration.temperature.toFixed(3)}, flattened share ${calibration.flattenedShare.toFixed(3)}${shown}`;
}

/** What a network that was distilled stands for. */
function describeTeacher({ settings, labels }: ModelMetadata): string {
  const networks = settings.ensemble === 1 ? "one network" : `${settings.ensemble} networks`;
  if (!settings.linear) return networks;
  const { hasLinear } = planStudent(settings, labels.length);
  return hasLinear ? `${networks}, with a linear classifier in it` : `${networks} and a linear classifier`;
}

/** A model's summary as text; numbers with fixed decimals. */
export function renderSummary({
  metadata,
  nTerms,
  hasLinear,
  weightType,
  topIdf,
  topDocumentFrequency,
  topByLabel,
}: ModelSummary): string {
  const { settings, selectedEpochs, calibration } = metadata;
  const shape = [nTerms, ...settings.network.hiddenUnits, metadata.labels.length].join(" → ");
  const lines = [
    `format version  ${metadata.formatVersion}`,
    `tokenizer       ${metadata.tokenizerId}`,
    `articles        ${metadata.nDocuments} trained on, ${metadata.nValidationDocuments} kept back to choose the epoch${metadata.isRefitted ? ", then learned from by the linear classifier" : ""}`,
    `labels          ${metadata.labels.map((label, index) => `${label} ${metadata.trainSupport[index]}`).join(", ")}`,
    `network         ${shape}${selectedEpochs.length === 1 ? "" : `, ${selectedEpochs.length} of them`}${hasLinear ? ", and a linear classifier" : ""}${metadata.isDistilled ? `, distilled from ${describeTeacher(metadata)}` : ""}`,
    `weights         ${weightType}`,
    ...selectedEpochs.map(
      ({ epoch, validationMacroF1: macroF1 }) =>
        `epoch           ${epoch}${macroF1 === null ? "" : `, validation macro-F1 of the network alone ${macroF1.toFixed(4)}`}`,
    ),
    `calibration     ${isNoCalibration(calibration) ? "none" : describeCalibration(metadata)}`,
    `training data   SHA-256 ${metadata.trainingDataHash}`,
    ...(metadata.unlabeled === undefined
      ? []
      : [
          `without labels  ${metadata.unlabeled.nDocuments} articles, SHA-256 ${metadata.unlabeled.hash}, for ${describeUnlabeledUse(metadata)}`,
        ]),
    `settings        ${JSON.stringify(settings)}`,
  ];
  const tables = [
    renderTerms("highest idf (rarest terms)", topIdf, 3),
    renderTerms("highest document frequency", topDocumentFrequency, 0),
    ...topByLabel.map(({ label, terms }) => renderTerms(`most bound to ${label} (chi-square)`, terms, 1)),
  ];
  return `${lines.join("\n")}\n\n${tables.join("\n")}`;
}

async function summarize(modelPath: string, top: number): Promise<ModelSummary> {
  const [
    { readFileBytes },
    { decodeModel, frequenciesOf },
    { hasLinearMember },
    { smoothIdf },
    { signedChiSquare, topTerms },
    { weightTypeOf },
  ] = await Promise.all([
    import("../io/files.js"),
    import("../model-file/model-file.js"),
    import("../model-file/manifest.js"),
    import("../features/tf-idf.js"),
    import("../features/term-statistics.js"),
    import("../nn/weights.js"),
  ]);
  const bytes = await readFileBytes(modelPath);
  const parts = await decodeModel(bytes, modelPath);
  const { metadata, vocabulary, labelDocumentFrequency, networks } = parts;
  const counts = { labelDocumentFrequency, nLabelDocuments: Uint32Array.from(metadata.trainSupport) };
  const { documentFrequency, nDocuments } = frequenciesOf(parts);
  return {
    metadata,
    nTerms: vocabulary.nTerms,
    hasLinear: hasLinearMember(metadata),
    weightType: weightTypeOf(networks),
    topIdf: topTerms(vocabulary, smoothIdf(documentFrequency, nDocuments), top),
    topDocumentFrequency: topTerms(vocabulary, documentFrequency, top),
    topByLabel: metadata.labels.map((label, number) => ({
      label,
      terms: topTerms(vocabulary, signedChiSquare(counts, number), top),
    })),
  };
}

/** Writes the document-term matrix of the articles, as the network sees it, in Matrix Market format. */
async function exportMatrix(
  modelPath: string,
  articlesPath: string,
  matrixPath: string,
  flags: InspectFlags,
  streams: CommandStreams,
): Promise<void> {
  const [{ Classifier }, { fromFile }, { writeFileAtomically }, { formatMatrixMarket }] = await Promise.all([
    import("../classifier.js"),
    import("../io/model-source.js"),
    import("../io/files.js"),
    import("../features/matrix-market.js"),
  ]);
  const classifier = await Classifier.load(fromFile(modelPath));
  const articles = await readUnlabeled([articlesPath], flags, streams, async (reader) => {
    const read: Article[] = [];
    for await (const { article } of reader) read.push(article);
    return read;
  });
  const matrix = classifier.vectorize(articles);
  await writeFileAtomically(
    matrixPath,
    Buffer.concat(Array.from(formatMatrixMarket(matrix), (chunk) => Buffer.from(chunk))),
  );
  streams.messages.write(
    `matrix: ${matrixPath} (${matrix.nRows} documents, ${matrix.nColumns} terms, ${matrix.data.length} values)\n`,
  );
}

async function runInspect(
  modelPath: string,
  flags: InspectFlags,
  command: Command,
  streams: CommandStreams,
): Promise<void> {
  checkInputFlags(command, flags);
  const { matrix, articles, top, format } = flags;
  if ((matrix === undefined) !== (articles === undefined)) {
    command.error("error: --matrix and --articles go together: the matrix is that of the articles");
  }
  if (matrix !== undefined && articles !== undefined) {
    await exportMatrix(modelPath, articles, matrix, flags, streams);
    return;
  }
  const summary = await summarize(modelPath, top);
  const text = format === "json" ? `${JSON.stringify(summary, null, 2)}\n` : renderSummary(summary);
  await streams.output.write(text);
}

/** Adds `newsclf inspect <model>`. */
export function addInspectCommand(program: Command, streams: CommandStreams): void {
  const command = program
    .command("inspect")
    .description("show what a model was trained on and its top terms, or export a document-term matrix")
    .argument("<model>", "model file")
    .option("--top <n>", "terms in each list", parseCount("terms"), DEFAULT_TOP)
    .addOption(formatOption())
    .option("--matrix <file>", "write the tf-idf matrix of --articles in Matrix Market format")
    .option("--articles <file>", "articles of --matrix");
  addInputFlags(command, { withLabel: false });
  command.action((modelPath: string, flags: InspectFlags) => runInspect(modelPath, flags, command, streams));
}
