import { countValues } from "../features/csr-matrix.js";
import { countByLabel, type LabelCounts } from "../features/term-statistics.js";
import type { CheckpointState } from "../model-file/checkpoint.js";
import type { LinearDocuments, LinearMember } from "../nn/linear-member.js";
import { mergeNetworks } from "../nn/merge-networks.js";
import type { TrainMlpInput } from "../nn/train-mlp.js";
import type { TrainingBackend } from "../nn/training-backend.js";
import type { Rollback } from "../nn/training-state.js";
import type { LabeledMatrix } from "../nn/validation.js";
import { joinNetworks, type MlpWeights } from "../nn/weights.js";
import type { ResolvedTrainingSettings } from "../options/train-options.js";
import { unlabeledUseOf } from "../options/unlabeled-use.js";
import { type EnsembleCallbacks, type FinishedMember, fitEnsemble } from "./fit-ensemble.js";
import { fitLinear } from "./fit-linear.js";
import { fitStudent } from "./fit-student.js";
import type { NetworkThreads } from "./network-threads.js";
import type { PseudoLabelProgress } from "./progress.js";
import {
  joinPseudoLabels,
  type PseudoLabels,
  type SelfTrained,
  selfTrain,
  type UnlabeledRows,
} from "./pseudo-labels.js";
import { planStudent } from "./student-plan.js";
import { STUDENT_VOTES, votesOf } from "./votes.js";
import { isWorthThreads, isWorthThreadsOfTheirOwn } from "./worth-threads.js";

/** Networks of a model, and how often each counts. */
export interface Voters {
  readonly members: readonly [MlpWeights, ...MlpWeights[]];
  readonly votes: readonly number[];
}

/** The members that stand in a model, behind each other as in its file. */
export function votersOf(
  networks: readonly [FinishedMember, ...FinishedMember[]],
  linear: LinearMember | null,
): Voters {
  const members = mapAll(networks, ({ weights }) => weights);
  const votes = votesOf(networks.length, linear !== null);
  return { members: linear === null ? members : [...members, linear.weights], votes };
}

/** The student as the one network of a model, and in it the linear member, if given. */
function studentVoter(student: MlpWeights, linear: LinearMember | null): Voters {
  const network = linear === null ? student : mergeNetworks([student, linear.weights], STUDENT_VOTES);
  return { members: [network], votes: [1] };
}

/** `map` of a list that is not empty. */
export function mapAll<T, U>([first, ...others]: readonly [T, ...T[]], map: (item: T) => U): readonly [U, ...U[]] {
  return [map(first), ...others.map(map)];
}

/** What a caller hears of all members, and how it ends their training. */
export interface MemberCallbacks extends Omit<EnsembleCallbacks, "onProgress"> {
  readonly onProgress?:
    | ((progress: Parameters<NonNullable<EnsembleCallbacks["onProgress"]>>[0] | PseudoLabelProgress) => void)
    | undefined;
}

/** What the members of a model are made of. */
export interface MembersInput {
  /** Of one network; the seed is that of the run. */
  readonly input: TrainMlpInput;
  readonly settings: ResolvedTrainingSettings;
  /** `[nTerms]` see `termKindsOf`. */
  readonly termKinds: Uint8Array;
  /** What the linear member learns from once more; null where it does not. */
  readonly everything: LabeledMatrix | null;
  /** What the linear member labels itself; null without. */
  readonly unlabeled: UnlabeledRows | null;
  /** What takes the steps of networks; the kernels do when left out. */
  readonly backend: TrainingBackend | undefined;
  readonly threads: NetworkThreads | undefined;
  /** Networks that may be trained side by side. */
  readonly nLanes: number;
  readonly resume: CheckpointState | undefined;
  readonly callbacks: MemberCallbacks;
  /** Called before a network begins to learn from the others. */
  readonly onDistill: () => void;
}

/** The members of a model, and how their training went. */
export interface FittedMembers {
  /** Those that were trained, or the one that was distilled from them. */
  readonly networks: readonly [FinishedMember, ...FinishedMember[]];
  readonly isDistilled: boolean;
  readonly voters: Voters;
  /** The same with a linear member that learned from everything; null where it did not, or not to its end: that would be worse. */
  readonly refitted: Voters | null;
  /** The networks that were trained, and the linear member before it learned labels of its own; null where it learned none. */
  readonly beforeSelfTraining: Voters | null;
  /** Rounds of pseudo-labels that were done. */
  readonly nPseudoLabelRounds: number;
  /** Of the training articles, made while other threads have the networks. */
  readonly counts: LabelCounts;
  /** Of all networks, one after another. */
  readonly rollbacks: readonly Rollback[];
  /** Whether `signal` ended anything before its time. */
  readonly isInterrupted: boolean;
}

/**
 * Trains the networks, and while other threads do, the linear member, which also learns its own labels for articles that have
 * none; then, where it is wanted, a network on the networks' answers, which stands for them: with the linear member in units of its
 * own where there is room, else on that one's answers, too.
 * @throws what `fitEnsemble` throws
 */
export async function fitMembers(given: MembersInput): Promise<FittedMembers> {
  const { input, settings, termKinds, everything, unlabeled, backend, threads, nLanes, resume, callbacks, onDistill } =
    given;
  const { matrix, labels, nLabels, seed, kernels } = input;
  const { signal } = callbacks;
  const nLeft = settings.ensemble - (resume?.finished.length ?? 0);
  const nnz = countValues(matrix);
  const isSideBySide = backend === undefined && isWorthThreadsOfTheirOwn(nnz, matrix.nRows, settings, nLeft);
  const isShared = backend === undefined && !isSideBySide && isWorthThreads(input);
  const failure = new AbortController();
  let areNetworksDone = false;
  const ensemble = fitEnsemble(
    { ...input, backend, threads: isShared ? threads : undefined },
    settings.ensemble,
    resume,
    callbacks,
    isSideBySide ? threads : undefined,
    nLanes,
  ).then(
    (outcome) => {
      areNetworksDone = true;
      return outcome;
    },
    (error: unknown) => {
      failure.abort();
      throw error;
    },
  );
  const linearSignal = AbortSignal.any([failure.signal, ...(signal === undefined ? [] : [signal])]);
  const nRounds = unlabeled === null ? 0 : unlabeledUseOf(settings).nPseudoLabelRounds;
  let nLearned = 0;
  const fit = (documents: LinearDocuments, round: number): Promise<LinearMember> => {
    const nBefore = nLearned;
    return fitLinear(documents, termKinds, nLabels, seed, kernels, linearSignal, (nDocuments) => {
      nLearned = nBefore + nDocuments;
      // What the networks do is told of until they are done.
      if (round > 0 && areNetworksDone) {
        callbacks.onProgress?.({ stage: "pseudo-label", round, nRounds, nDocuments: nLearned });
      }
    });
  };
  const fitSelfTrained = async (): Promise<SelfTrained> => {
    const member = await fit({ matrix, labels }, 0);
    if (unlabeled === null) return { member, pseudoLabels: null, nRounds: 0, first: null };
    return selfTrain(member, { matrix, labels }, unlabeled, nRounds, kernels, fit, linearSignal);
  };
  const refitOn = (articles: LabeledMatrix, pseudoLabels: PseudoLabels | null): Promise<LinearMember> =>
    unlabeled === null || pseudoLabels === null
      ? fit(articles, 0)
      : fit(joinPseudoLabels(unlabeled, pseudoLabels, articles), nRounds);
  const workBeside = async (): Promise<{
    readonly linear: SelfTrained | null;
    readonly refit: LinearMember | null;
    readonly counts: LabelCounts;
  }> => {
    const linear = settings.linear ? await fitSelfTrained() : null;
    const refit =
      linear === null || everything === null || linearSignal.aborted
        ? null
        : await refitOn(everything, linear.pseudoLabels);
    const counts = countByLabel(matrix, labels, nLabels);
    return { linear, refit, counts };
  };
  const [{ finished, isInterrupted }, beside] = await Promise.all([ensemble, workBeside()]);
  const { refit, counts } = beside;
  const { member: linear = null, first = null, nRounds: nPseudoLabelRounds = 0 } = beside.linear ?? {};
  const isCutShort = isInterrupted || linear?.isCutShort === true;
  let student: FinishedMember | null = null;
  const { hiddenUnits, hasLinear } = planStudent(settings, nLabels);
  if (settings.distill && !isCutShort) {
    onDistill();
    const standing = resume?.finished.length === settings.ensemble ? resume.state : undefined;
    // What is beside the student need not be learned by it.
    const { members, votes } = votersOf(finished, hasLinear ? null : linear);
    const network = { ...input.network, hiddenUnits };
    const teacher = joinNetworks(members, votes);
    student = await fitStudent({ ...input, network, backend }, teacher, finished, standing, callbacks);
  }
  const votersWith = (member: LinearMember | null): Voters =>
    student === null ? votersOf(finished, member) : studentVoter(student.weights, hasLinear ? member : null);
  const refitted = refit === null || refit.isCutShort ? null : votersWith(refit);
  return {
    networks: student === null ? finished : [student],
    isDistilled: student !== null,
    voters: votersWith(linear),
    refitted,
    beforeSelfTraining: first === null ? null : votersOf(finished, first),
    nPseudoLabelRounds,
    counts,
    rollbacks: [...finished, ...(student === null ? [] : [student])].flatMap(({ rollbacks }) => rollbacks),
    isInterrupted: isCutShort || (settings.distill && student === null) || (everything !== null && refitted === null),
  };
}
