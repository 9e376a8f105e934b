import { TermLog } from "../features/term-log.js";
import type { NumberingKernelFactory } from "../kernels/numbering.js";
import { checkArticle } from "../options/check-argument.js";
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

/** How articles are analysed. */
export interface Analysis {
  /** What is taken out of the articles first. */
  readonly clean: Cleaning;
  readonly analyzer: DocumentAnalyzer;
  /** Numbers the terms of all documents; plain TypeScript does where null. */
  readonly numbering: NumberingKernelFactory | null;
  /** Called before the first article, after each group and at the end with the number of articles analysed; awaited. */
  readonly onTurn: (nDone: number) => Promise<void>;
  /** Takes the documents' terms into a spool. */
  readonly memory?: TrainingMemory | undefined;
}

/** Articles without labels whose terms are in a log. */
export interface AnalyzedUnlabeled {
  /** Their places in the log. */
  readonly places: Uint32Array;
  /** SHA-256 of the articles, in hexadecimal digits. */
  readonly hash: string;
}

/** The articles of a run, analysed. */
export interface AnalyzedCorpus {
  readonly corpus: Corpus;
  /** The terms of these articles, and perhaps of others. */
  readonly log: TermLog;
  /** `[nArticles]` place of each article in the log. */
  readonly places: Uint32Array;
  readonly unlabeled: AnalyzedUnlabeled | null;
  /** Whether the log is to be closed when the articles' rows have been made. */
  readonly ownsLog: boolean;
}

/** An empty log. Below a limit it does without kernels: their tables leave behind what they have outgrown. */
export function createLog({ numbering, memory }: Analysis): TermLog {
  return memory === undefined ? new TermLog(numbering) : new TermLog(null, memory.createSpool());
}

/**
 * Reads and analyses articles as they come, so that one goes on while the other waits.
 *
 * @param source name of the articles' source for messages
 * @param chooseLabels called when all articles have been read; gives labels their spelling
 * @throws {OptionError} when an article's parts are not strings or its label is empty
 * @throws {DatasetError} when there is no article, one label only, or a label with fewer than two articles
 * @throws {OptionError} when the distinct terms do not fit below the limit of `memory`
 */
export async function analyzeCorpus(
  articles: Iterable<LabeledArticle> | AsyncIterable<LabeledArticle>,
  analysis: Analysis,
  source: string,
  chooseLabels?: () => (label: Label) => Label,
): Promise<AnalyzedCorpus> {
  const builder = new CorpusBuilder(articles instanceof StoredArticles ? articles : null);
  const log = createLog(analysis);
  let labelOf: ((label: Label) => Label) | undefined;
  async function* read(): AsyncGenerator<LabeledArticle, void> {
    for await (const article of articles) yield builder.add(article);
    labelOf = chooseLabels?.();
  }
  const places = await analyzeArticles(read(), analysis, log);
  return { corpus: await builder.finish(source, labelOf), log, places, unlabeled: null, ownsLog: true };
}

/**
 * Adds the terms of articles to a log, and returns the articles' places in it.
 * @throws {OptionError} when the distinct terms do not fit below the limit of `memory`
 */
export async function analyzeArticles(
  articles: AsyncIterable<Article>,
  analysis: Analysis,
  log: TermLog,
): Promise<Uint32Array> {
  const { clean, onTurn } = analysis;
  const first = log.nDocuments;
  if (first === 0) await onTurn(0);
  async function* documents(): AsyncGenerator<string, void> {
    for await (const article of articles) yield toCleanDocument(article, clean);
  }
  await addDocuments(documents(), analysis, log);
  return Uint32Array.from({ length: log.nDocuments - first }, (_, i) => first + i);
}

/**
 * Adds the terms of articles without labels to a log; see {@link analyzeArticles}.
 * @throws {OptionError} when an article's parts are not strings
 */
export async function analyzeUnlabeled(
  articles: Iterable<Article> | AsyncIterable<Article>,
  analysis: Analysis,
  log: TermLog,
): Promise<AnalyzedUnlabeled> {
  const hash = new ArticleHash();
  async function* read(): AsyncGenerator<Article, void> {
    let index = 0;
    for await (const article of articles) {
      checkArticle(`unlabeled[${index}]`, article);
      const { title, body } = article;
      hash.add({ label: "", title, body });
      yield { title, body };
      index++;
    }
  }
  return { places: await analyzeArticles(read(), analysis, log), hash: await hash.finish() };
}

async function addDocuments(
  documents: AsyncIterable<string>,
  { analyzer, onTurn, memory }: Analysis,
  log: TermLog,
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
