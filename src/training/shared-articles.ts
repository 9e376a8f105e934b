import type { TermLog } from "../features/term-log.js";
import type { Article, Label, LabeledArticle } from "../text/article.js";
import {
  type Analysis,
  type AnalyzedCorpus,
  type AnalyzedUnlabeled,
  analyzeArticles,
  analyzeUnlabeled,
  createLog,
} from "./analyze-corpus.js";
import { CorpusBuilder, copyArticle } from "./corpus.js";

interface AnalyzedAll {
  readonly articles: readonly LabeledArticle[];
  /** The terms of the articles, in their order, then of those without labels. */
  readonly log: TermLog;
  readonly unlabeled: AnalyzedUnlabeled | null;
}

/**
 * Articles of which several trainings with the same settings learn parts, and articles without labels that all of them learn
 * from. The first training analyses them all; the others find their terms: 4 bytes an occurrence in memory, or in a file.
 */
export class SharedArticles {
  readonly #given: readonly LabeledArticle[];
  readonly #givenUnlabeled: Iterable<Article> | AsyncIterable<Article> | undefined;
  #analyzed: Promise<AnalyzedAll> | null = null;

  constructor(articles: readonly LabeledArticle[], unlabeled?: Iterable<Article> | AsyncIterable<Article>) {
    this.#given = articles;
    this.#givenUnlabeled = unlabeled;
  }

  /** The articles of these numbers, to be given to a training. */
  shareOf(rows: Uint32Array): ArticleShare {
    return new ArticleShare(this, rows);
  }

  /** Articles in all; null where it is not known before they have been read. */
  get nArticles(): number | null {
    return this.#givenUnlabeled === undefined ? this.#given.length : null;
  }

  /** The articles as they were when they were analysed, with their terms. */
  analyze(analysis: Analysis): Promise<AnalyzedAll> {
    this.#analyzed ??= this.#analyzeAll(analysis);
    return this.#analyzed;
  }

  /** Gives back what the terms have of files. */
  async close(): Promise<void> {
    // A failure has been told of by the training that met it.
    (await this.#analyzed?.catch(() => null))?.log.close();
  }

  async #analyzeAll(analysis: Analysis): Promise<AnalyzedAll> {
    const articles: LabeledArticle[] = [];
    const log = createLog(analysis);
    const given = this.#given;
    async function* read(): AsyncGenerator<LabeledArticle, void> {
      for (const article of given) {
        const copy = copyArticle(article, articles.length);
        articles.push(copy);
        yield copy;
      }
    }
    await analyzeArticles(read(), analysis, log);
    const unlabeled = this.#givenUnlabeled && (await analyzeUnlabeled(this.#givenUnlabeled, analysis, log));
    return { articles, log, unlabeled: unlabeled ?? null };
  }
}

/** Some of {@link SharedArticles}. */
export class ArticleShare {
  readonly #shared: SharedArticles;
  readonly #rows: Uint32Array;

  constructor(shared: SharedArticles, rows: Uint32Array) {
    this.#shared = shared;
    this.#rows = rows;
  }

  /** Articles that are analysed with these; null where it is not known before they have been read. */
  get nAnalyzed(): number | null {
    return this.#shared.nArticles;
  }

  /** What `analyzeCorpus` returns of these articles by themselves; throws what that throws. */
  async analyze(
    analysis: Analysis,
    source: string,
    chooseLabels?: () => (label: Label) => Label,
  ): Promise<AnalyzedCorpus> {
    const { articles, log, unlabeled } = await this.#shared.analyze(analysis);
    const builder = new CorpusBuilder();
    for (const row of this.#rows) builder.add(articles[row] as LabeledArticle);
    const corpus = await builder.finish(source, chooseLabels?.());
    return { corpus, log, places: this.#rows, unlabeled, ownsLog: false };
  }
}
