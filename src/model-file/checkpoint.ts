/**
 * The state of a training run ⇔ the bytes of a checkpoint file; docs/model-format.md is the specification.
 *
 * The file is a safetensors file like a model. Its metadata holds `sha256`, the digest of the file, and
 * `newsclf-checkpoint`, a manifest: what run it is of, and where the run stands.
 */
import { ModelFormatError, NewsclfError, showValue } from "../errors.js";
import type { EpochRecord } from "../nn/epoch-record.js";
import type { TrainOutcome } from "../nn/train-mlp.js";
import { TRAINABLE_NAMES, type TrainableArrays } from "../nn/training-network.js";
import type { Rollback, TrainingState } from "../nn/training-state.js";
import type { MlpShape, MlpWeights } from "../nn/weights.js";
import type { ResolvedTrainingSettings } from "../options/train-options.js";
import { checkDigest, DIGEST_KEY, EMPTY_DIGEST, sealDigest } from "./digest.js";
import { EPOCH_FIELDS, orderSettings, parseEpoch } from "./manifest.js";
import { fail, formatStoredJson, isCount, ManifestReader, parseStoredJson } from "./manifest-reader.js";
import {
  decodeSafetensors,
  encodeSafetensors,
  type StoredTensor,
  type Tensor,
  type TensorFile,
} from "./safetensors.js";
import { checkNumbers, takeTensor, weightShapes } from "./tensors.js";

/** Files of another version are refused: a run is resumed by the version that began it. */
const CHECKPOINT_VERSION = 1;

const MANIFEST_KEY = "newsclf-checkpoint";
/** The form of digest that both kinds of files have. */
const DIGEST_VERSION = 2;
const SAFETENSORS_HINT = "give a checkpoint that newsclf train wrote, or delete it and train from the start";

/** What decides the course of a run: a checkpoint continues a run with the same description and no other. */
export interface RunDescription {
  readonly trainingDataHash: string;
  readonly tokenizerId: string;
  readonly settings: ResolvedTrainingSettings;
  readonly shape: MlpShape;
  /** Of an epoch. */
  readonly nBatches: number;
  readonly nEpochs: number;
  /** The network that learns from the others; null where there is none. */
  readonly student: { readonly hiddenUnits: MlpShape["hiddenUnits"]; readonly nEpochs: number } | null;
}

/** A network of an ensemble that is done. */
export type FinishedMember = Pick<TrainOutcome, "weights" | "history" | "selectedEpoch" | "rollbacks">;

/** Where the network in training stands, and the networks of the ensemble that were done before it; all, where it learns from them. */
export interface CheckpointState {
  readonly state: TrainingState;
  readonly finished: readonly FinishedMember[];
}

/** The network in training when so many are done. */
function networkAt(run: RunDescription, nFinished: number): Pick<RunDescription, "shape" | "nEpochs"> {
  if (nFinished < run.settings.ensemble || run.student === null) return run;
  const { hiddenUnits, nEpochs } = run.student;
  return { shape: { ...run.shape, hiddenUnits }, nEpochs };
}

const MOMENTS = ["moment1", "moment2"] as const;
const WEIGHT_SETS = ["parameters", "best"] as const;

function formatState(state: TrainingState, run: RunDescription, finished: readonly FinishedMember[]): string {
  const epoch = (record: EpochRecord) => Object.fromEntries(EPOCH_FIELDS.map((name) => [name, record[name]]));
  return formatStoredJson({
    checkpointVersion: CHECKPOINT_VERSION,
    trainingDataHash: run.trainingDataHash,
    tokenizerId: run.tokenizerId,
    settings: orderSettings(run.settings),
    finished: finished.map(({ history, selectedEpoch, rollbacks }) => ({
      history: history.map(epoch),
      selectedEpoch: selectedEpoch.epoch,
      rollbacks,
    })),
    nTerms: run.shape.nTerms,
    epoch: state.epoch,
    nBatchesDone: state.nBatchesDone,
    learningRate: state.learningRate,
    lossSum: state.lossSum,
    optimizer: state.optimizer,
    history: state.history.map(epoch),
    selectedEpoch: state.selectedEpoch?.epoch ?? null,
    rollbacks: state.rollbacks,
  });
}

/**
 * Returns the bytes of a checkpoint; the arrays are copied.
 * @throws {ModelFormatError} when there are so many epochs that it would not be read
 */
export async function encodeCheckpoint(
  state: TrainingState,
  run: RunDescription,
  finished: readonly FinishedMember[],
): Promise<Uint8Array<ArrayBuffer>> {
  const tensors = new Map<string, Tensor>();
  const shapes = weightShapes(networkAt(run, finished.length).shape);
  for (const set of WEIGHT_SETS) {
    for (const [name, shape] of shapes) tensors.set(`${set}.${name}`, { shape, data: state[set][name] });
  }
  const shapeOf = new Map(shapes);
  for (const set of MOMENTS) {
    for (const name of TRAINABLE_NAMES) {
      tensors.set(`${set}.${name}`, { shape: shapeOf.get(name) as readonly number[], data: state[set][name] });
    }
  }
  for (const [member, { weights }] of finished.entries()) {
    for (const [name, shape] of weightShapes(run.shape)) {
      tensors.set(`finished.${member}.${name}`, { shape, data: weights[name] });
    }
  }
  const metadata = new Map([
    [DIGEST_KEY, EMPTY_DIGEST],
    [MANIFEST_KEY, formatState(state, run, finished)],
  ]);
  const bytes = encodeSafetensors({ metadata, tensors });
  await sealDigest(bytes, DIGEST_VERSION);
  return bytes;
}

/** @throws {NewsclfError} CHECKPOINT_MISMATCH when the checkpoint is of another run */
function checkRun(manifest: ManifestReader, run: RunDescription, source: string): void {
  const mismatch = (what: string): never => {
    const remedy = "give the same articles and options as before, or train without resuming";
    throw new NewsclfError("CHECKPOINT_MISMATCH", `${source} is of another run: ${what}; ${remedy}`);
  };
  const settings = manifest.field("settings");
  const given = orderSettings(run.settings);
  const before = new Map(Object.entries(flatten(settings)));
  for (const [name, value] of Object.entries(flatten(given))) {
    const old = before.get(name);
    if (old !== value) mismatch(`${name} was ${old ?? "not there"} and is ${value}`);
    before.delete(name);
  }
  for (const name of before.keys()) mismatch(`${name} is not known`);
  if (manifest.string("trainingDataHash") !== run.trainingDataHash) mismatch("the articles are others");
  if (manifest.string("tokenizerId") !== run.tokenizerId) mismatch("the dictionary is another");
  if (manifest.count("nTerms") !== run.shape.nTerms) mismatch("the vocabulary is another");
}

/** Options by their paths, as JSON. */
function flatten(settings: unknown, path = ""): Record<string, string> {
  if (typeof settings !== "object" || settings === null || Array.isArray(settings)) {
    return { [path === "" ? "settings" : path]: JSON.stringify(settings) };
  }
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(settings)) {
    Object.assign(flat, flatten(value, path === "" ? name : `${path}.${name}`));
  }
  return flat;
}

const FIELDS = [
  "checkpointVersion",
  "trainingDataHash",
  "tokenizerId",
  "settings",
  "finished",
  "nTerms",
  "epoch",
  "nBatchesDone",
  "learningRate",
  "lossSum",
  "optimizer",
  "history",
  "selectedEpoch",
  "rollbacks",
] as const;

/** A factor in (0, 1]. */
function parseFactor(reader: ManifestReader, name: string): number {
  const value = reader.number(name);
  return value > 0 && value <= 1 ? value : fail(`a number in (0, 1] as ${name}`, value);
}

/** A number in [0, 1]: after many steps a power is smaller than any number above 0. */
function parsePower(reader: ManifestReader, name: string): number {
  const value = reader.number(name);
  return value >= 0 && value <= 1 ? value : fail(`a number in [0, 1] as ${name}`, value);
}

function parseList<T>(value: unknown, name: string, parse: (entry: unknown, path: string) => T): readonly T[] {
  if (!Array.isArray(value)) fail(`a list as ${name}`, value);
  return value.map((entry: unknown, i) => parse(entry, `${name}[${i}]`));
}

function parseRollback(value: unknown, path: string): Rollback {
  const reader = new ManifestReader(value, path);
  reader.expectOnly(["epoch", "step", "toEpoch", "learningRateFactor"]);
  return {
    epoch: reader.count("epoch"),
    step: reader.count("step"),
    toEpoch: reader.count("toEpoch"),
    learningRateFactor: parseFactor(reader, "learningRateFactor"),
  };
}

function parseState(
  manifest: ManifestReader,
  { nBatches }: RunDescription,
  nEpochs: number,
): Omit<TrainingState, (typeof WEIGHT_SETS)[number] | (typeof MOMENTS)[number]> {
  const epoch = manifest.count("epoch");
  if (epoch < 1 || epoch > nEpochs + 1) fail(`an epoch in [1, ${nEpochs + 1}]`, epoch);
  const nBatchesDone = manifest.count("nBatchesDone");
  if (nBatchesDone > nBatches || (epoch > nEpochs && nBatchesDone > 0)) fail("a batch of the epoch", nBatchesDone);
  const history = parseList(manifest.field("history"), "history", parseEpoch);
  if (history.length !== epoch - 1 || history.some((record, i) => record.epoch !== i + 1)) {
    fail(`a record of each epoch before ${epoch} as history`, history.length);
  }
  const selected = manifest.field("selectedEpoch");
  if (epoch === 1 ? selected !== null : !isCount(selected) || selected < 1 || selected >= epoch) {
    fail("an epoch of the history as selectedEpoch", selected);
  }
  const optimizer = new ManifestReader(manifest.field("optimizer"), "optimizer");
  optimizer.expectOnly(["nSteps", "beta1Power", "beta2Power", "weightScale"]);
  return {
    epoch,
    nBatchesDone,
    learningRate: manifest.number("learningRate"),
    lossSum: manifest.number("lossSum"),
    optimizer: {
      nSteps: optimizer.count("nSteps"),
      beta1Power: parsePower(optimizer, "beta1Power"),
      beta2Power: parsePower(optimizer, "beta2Power"),
      weightScale: parseFactor(optimizer, "weightScale"),
    },
    history,
    selectedEpoch: selected === null ? null : (history[(selected as number) - 1] as EpochRecord),
    rollbacks: parseList(manifest.field("rollbacks"), "rollbacks", parseRollback),
  };
}

function parseFinished(value: unknown, path: string): Omit<FinishedMember, "weights"> {
  const reader = new ManifestReader(value, path);
  reader.expectOnly(["history", "selectedEpoch", "rollbacks"]);
  const history = parseList(reader.field("history"), `${path}.history`, parseEpoch);
  const selectedEpoch = history[reader.count("selectedEpoch") - 1];
  if (selectedEpoch === undefined)
    fail(`an epoch of the history as ${path}.selectedEpoch`, reader.field("selectedEpoch"));
  return {
    history,
    selectedEpoch,
    rollbacks: parseList(reader.field("rollbacks"), `${path}.rollbacks`, parseRollback),
  };
}

function takeWeights(file: TensorFile<StoredTensor>, set: string, shape: MlpShape): MlpWeights {
  const arrays = weightShapes(shape).map(([name, extents]) => {
    const tensor = takeTensor(file, `${set}.${name}`, extents, Float32Array);
    checkNumbers(`${set}.${name}`, tensor, name.startsWith("runningVar") ? 0 : Number.NEGATIVE_INFINITY);
    return [name, tensor.data] as const;
  });
  return Object.fromEntries(arrays) as unknown as MlpWeights;
}

function takeMoments(
  file: TensorFile<StoredTensor>,
  set: (typeof MOMENTS)[number],
  shape: MlpShape,
): TrainableArrays<Float32Array> {
  const extents = new Map(weightShapes(shape));
  const arrays = TRAINABLE_NAMES.map((name) => {
    const tensor = takeTensor(file, `${set}.${name}`, extents.get(name) as readonly number[], Float32Array);
    checkNumbers(`${set}.${name}`, tensor, set === "moment2" ? 0 : Number.NEGATIVE_INFINITY);
    return [name, tensor.data] as const;
  });
  return Object.fromEntries(arrays) as unknown as TrainableArrays<Float32Array>;
}

async function decode(bytes: Uint8Array, run: RunDescription, source: string): Promise<CheckpointState> {
  const file = decodeSafetensors(bytes);
  const text = file.metadata.get(MANIFEST_KEY);
  const digest = file.metadata.get(DIGEST_KEY);
  if (text === undefined || digest === undefined) {
    throw new ModelFormatError(8, `metadata "${DIGEST_KEY}" and "${MANIFEST_KEY}"`, "a file that is no checkpoint");
  }
  const manifest = new ManifestReader(parseStoredJson(text, "a manifest"), "checkpoint");
  const version = manifest.count("checkpointVersion");
  if (version !== CHECKPOINT_VERSION) {
    throw new ModelFormatError(8, `a checkpoint of version ${CHECKPOINT_VERSION}`, `version ${showValue(version)}`, {
      code: "MODEL_VERSION",
      hint: "resume with the newsclf that began the run, or train from the start",
    });
  }
  manifest.expectOnly(FIELDS);
  await checkDigest(bytes, digest, DIGEST_VERSION);
  checkRun(manifest, run, source);
  const finished = parseList(manifest.field("finished"), "finished", parseFinished);
  const nNetworks = run.settings.ensemble + (run.student === null ? 0 : 1);
  if (finished.length >= nNetworks) fail(`fewer than ${nNetworks} as finished`, finished.length);
  const { shape, nEpochs } = networkAt(run, finished.length);
  const state = parseState(manifest, run, nEpochs);
  const nSets = WEIGHT_SETS.length + finished.length;
  const nTensors = nSets * weightShapes(run.shape).length + MOMENTS.length * TRAINABLE_NAMES.length;
  if (file.tensors.size !== nTensors) {
    throw new ModelFormatError(8, `the ${nTensors} tensors of a checkpoint`, `${file.tensors.size}`);
  }
  return {
    state: {
      ...state,
      parameters: takeWeights(file, "parameters", shape),
      best: takeWeights(file, "best", shape),
      moment1: takeMoments(file, "moment1", shape),
      moment2: takeMoments(file, "moment2", shape),
    },
    finished: finished.map((member, i) => ({ ...member, weights: takeWeights(file, `finished.${i}`, run.shape) })),
  };
}

/**
 * Reads a checkpoint and checks it fully: container, digest, manifest, that it is of this run, names, shapes and types of
 * all tensors, finite numbers. The arrays are views into `bytes` where its alignment allows.
 *
 * @param source name of the file for messages
 * @throws {ModelFormatError} code MODEL_FORMAT, MODEL_VERSION or MODEL_CHECKSUM
 * @throws {NewsclfError} code CHECKPOINT_MISMATCH when it is of a run on other articles or with other options
 */
export async function decodeCheckpoint(
  bytes: Uint8Array,
  run: RunDescription,
  source: string,
): Promise<CheckpointState> {
  try {
    return await decode(bytes, run, source);
  } catch (error) {
    if (!(error instanceof ModelFormatError)) throw error;
    const { offset, expected, found, code, cause } = error;
    throw new ModelFormatError(offset, expected, found, {
      code,
      hint: SAFETENSORS_HINT,
      source,
      ...(cause === undefined ? {} : { cause }),
    });
  }
}
