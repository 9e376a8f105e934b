import { OptionError } from "../errors.js";
import { TermLog } from "../features/term-log.js";
import type { NumberingKernelFactory } from "../kernels/numbering.js";
import type { Cleaning } from "../options/train-options.js";
import { type Article, type Label, type LabeledArticle, toCleanDocument } from "../text/article.js";
import { ArticleHash } from "./article-hash.js";
import { type Corpus, CorpusBuilder } from "./corpus.js";
import type { DocumentAnalyzer } from "./document-analyzer.js";
import { checkTermMemory } from "./memory-plan.js";
import { StoredArticles } from "./stored-articles.js";
import type { TrainingMemory } from "./training-memory.js";

/** Documents that go to the analyzer together; also those between two looks at the event loop. */
const DOCUMENTS_PER_GROUP = 256;

export interface AnalyzedCorpus {
  readonly corpus: Corpus;
  /** The terms of all articles, in their order. */
  readonly log: TermLog;
}

/**
 * Reads and analyses articles as they come, so that one goes on while the other waits.
 *
 * @param clean what is taken out of the articles first
 * @param kernels number the terms of all documents
 * @param source name of the articles' source for messages
 * @param onTurn called before the first article, after each group and at the end with the number of articles analysed; awaited
 * @param chooseLabels called when all articles have been read; gives labels their spelling
 * @param memory takes the documents' terms into a spool, which the log closes
 * @throws {OptionError} when an article's parts are not strings or its label is empty
 * @throws {DatasetError} when there is no article, one label only, or a label with fewer than two articles
 * @throws {OptionError} when the distinct terms do not fit below the limit of `memory`
 */
export async function analyzeCorpus(
  articles: Iterable<LabeledArticle> | AsyncIterable<LabeledArticle>,
  clean: Cleaning,
  analyzer: DocumentAnalyzer,
  kernels: NumberingKernelFactory | null,
  source: string,
  onTurn: (nDone: number) => Promise<void>,
  chooseLabels?: () => (label: Label) => Label,
  memory?: TrainingMemory,
): Promise<AnalyzedCorpus> {
  const builder = new CorpusBuilder(articles instanceof StoredArticles ? articles : null);
  // Below a limit the log does without them: their tables leave behind what they have outgrown.
  const log = memory === undefined ? new TermLog(kernels) : new TermLog(null, memory.createSpool());
  await onTurn(0);
  let labelOf: ((label: Label) => Label) | undefined;
  async function* documents(): AsyncGenerator<string, void> {
    for await (const article of articles) yield toCleanDocument(builder.add(article), clean);
    labelOf = chooseLabels?.();
  }
  await addDocuments(documents(), analyzer, onTurn, log, memory);
  return { corpus: await builder.finish(source, labelOf), log };
}

/** Adds the terms of articles without labels to a log, and returns the articles' hash; see {@link analyzeCorpus}. */
export async function analyzeUnlabeled(
  articles: Iterable<Article> | AsyncIterable<Article>,
  clean: Cleaning,
  analyzer: DocumentAnalyzer,
  onTurn: (nDone: number) => Promise<void>,
  log: TermLog,
  memory?: TrainingMemory,
): Promise<string> {
  const hash = new ArticleHash();
  async function* documents(): AsyncGenerator<string, void> {
    let index = 0;
    for await (const { title, body } of articles) {
      for (const [name, value] of Object.entries({ title, body })) {
        if (typeof value !== "string") throw new OptionError(`unlabeled[${index}].${name}`, "a string", value);
      }
      hash.add({ label: "", title, body });
      yield toCleanDocument({ title, body }, clean);
      index++;
    }
  }
  await addDocuments(documents(), analyzer, onTurn, log, memory);
  return hash.finish();
}

async function addDocuments(
  documents: AsyncIterable<string>,
  analyzer: DocumentAnalyzer,
  onTurn: (nDone: number) => Promise<void>,
  log: TermLog,
  memory?: TrainingMemory,
): Promise<void> {
  for await (const batch of analyzer.analyze(groupStrings(documents))) {
    log.addBatch(batch);
    if (memory !== undefined) checkTermMemory(memory.maxBytes, log);
    await onTurn(log.nDocuments);
  }
}

async function* groupStrings(documents: AsyncIterable<string>): AsyncGenerator<readonly string[], void> {
  let group: string[] = [];
  for await (const document of documents) {
    group.push(document);
    if (group.length === DOCUMENTS_PER_GROUP) {
      yield group;
      group = [];
    }
  }
  if (group.length > 0) yield group;
}
