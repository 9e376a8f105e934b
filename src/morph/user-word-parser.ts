/** Rows of a user dictionary → entries with ids and costs. */

import { DatasetError, type DatasetLocation, showValue } from "../errors.js";
import { checkMethod } from "../options/check-argument.js";
import { normalizeText } from "../text/normalize-text.js";
import { ContextIds } from "./context-ids.js";
import { defaultCost } from "./default-costs.js";
import type { Dictionary } from "./dictionary.js";
import type { Features } from "./features.js";
import { hasFinalConsonant } from "./final-consonant.js";
import {
  FEATURE_NAMES,
  findFeatureFault,
  findSurfaceFault,
  MAX_ENTRIES_PER_SURFACE,
  MAX_WORD_COST,
  MIN_WORD_COST,
  type UserWord,
} from "./user-word.js";

/** Columns of the short form: word, tag, cost. */
const N_SHORT_COLUMNS = 3;
/** Columns of mecab-ko's own form; one more, the index expression of older releases, is left unread. */
const N_MECAB_COLUMNS = 12;
const N_OLD_MECAB_COLUMNS = 13;
/** New words are names more often than not. */
const DEFAULT_TAG = "NNP";
const FOREIGN_TAG = "SL";
const SHORT_COST_COLUMN = 3;
const MECAB_COST_COLUMN = 4;

/** What a row says of a word. */
interface Row {
  readonly surface: string;
  readonly leftId: string;
  readonly rightId: string;
  readonly cost: string;
  /** 1-based. */
  readonly costColumn: number;
  readonly features: Features;
}

/**
 * Turns the rows of a user dictionary into entries, in two forms that may be mixed:
 *
 * - `word[,tag[,cost]]`: tag NNP and the default cost when left out;
 * - mecab-ko's own `surface,left,right,cost,tag,semantic,final,reading,type,first,last,expression`, where left, right and
 *   cost may be empty.
 *
 * In the short form a column that begins with `#` ends the row: what follows is a comment; so is a row that begins with
 * `# `. Columns are brought to NFC and lose spaces at both ends, but for a trailing space of a surface in mecab-ko's form,
 * which belongs to the word there. Ids left out are derived as mecab-dict-index does, by mecab-ko-dic's rewrite.def.
 */
export class UserWordParser {
  readonly #dictionary: Dictionary;
  readonly #contextIds: ContextIds;
  readonly #counts = new Map<string, number>();

  /**
   * @param dictionary what the words are to be added to
   * @throws {OptionError} when it is none
   */
  constructor(dictionary: Dictionary) {
    checkMethod("dictionary", dictionary, "withUserWords", "a Dictionary, such as that of loadDictionary()");
    this.#dictionary = dictionary;
    this.#contextIds = new ContextIds(dictionary);
  }

  /**
   * Returns the word of a row, or null for a comment or a blank row.
   *
   * @param columns fields of one CSV record
   * @param location of the record, for messages
   * @throws {DatasetError} with code USER_DICTIONARY
   * @example
   * ```ts
   * parser.parse(["윤슬전자", "NNP"], { source: "words.csv", line: 1 });
   * ```
   */
  parse(columns: readonly string[], location: DatasetLocation): UserWord | null {
    const trimmed = columns.map((column) => normalizeText(column).trim());
    const isBlank = trimmed.every((column) => column === "");
    if (isBlank || trimmed[0]!.startsWith("# ") || trimmed[0] === "#") return null;
    const row = readRow(columns, trimmed, location);
    const { surface, features } = row;
    rejectFault(findSurfaceFault(surface), surface, location, 1);
    const tagColumn = row.costColumn === SHORT_COST_COLUMN ? 2 : MECAB_COST_COLUMN + 1;
    if (!this.#contextIds.isTag(features.tag)) {
      fail(`there is no tag ${JSON.stringify(features.tag)} in ${this.#dictionary.id}`, location, tagColumn);
    }
    for (const [i, name] of FEATURE_NAMES.entries()) {
      rejectFault(findFeatureFault(features[name]), features[name], location, MECAB_COST_COLUMN + 1 + i);
    }
    const count = (this.#counts.get(surface) ?? 0) + 1;
    this.#counts.set(surface, count);
    if (count > MAX_ENTRIES_PER_SURFACE) {
      fail(`${JSON.stringify(surface)} has more than ${MAX_ENTRIES_PER_SURFACE} entries`, location, 1);
    }
    return {
      surface,
      leftId: this.#readId(row, "left", location),
      rightId: this.#readId(row, "right", location),
      cost: readCost(row, location),
      features,
    };
  }

  #readId(row: Row, side: "left" | "right", location: DatasetLocation): number {
    const text = side === "left" ? row.leftId : row.rightId;
    const column = side === "left" ? 2 : 3;
    const nIds = (side === "left" ? this.#dictionary.leftRows : this.#dictionary.rightColumns).length;
    if (text !== "") return readInteger(text, `the ${side} context id`, 0, nIds - 1, location, column);
    const { features } = row;
    const id = side === "left" ? this.#contextIds.left(features) : this.#contextIds.right(features);
    if (id !== null) return id;
    const { tag, semantic, final, reading } = features;
    const kind = `tag ${tag}, semantic class ${semantic}, final ${final}, reading ${reading}`;
    fail(`no ${side} context id follows from ${kind}; give one, as of a word that behaves alike`, location, column);
  }
}

function readRow(columns: readonly string[], trimmed: readonly string[], location: DatasetLocation): Row {
  const comment = trimmed.findIndex((column, i) => i > 0 && i <= N_SHORT_COLUMNS && column.startsWith("#"));
  const nColumns = comment < 0 ? trimmed.length : comment;
  if (nColumns <= N_SHORT_COLUMNS) {
    const [surface = "", tag = "", cost = ""] = trimmed.slice(0, nColumns);
    // Foreign words have neither in mecab-ko-dic; and features are printed between commas.
    const isForeign = tag === FOREIGN_TAG;
    return {
      surface,
      leftId: "",
      rightId: "",
      cost,
      costColumn: SHORT_COST_COLUMN,
      features: {
        tag: tag || DEFAULT_TAG,
        semantic: "*",
        final: isForeign ? "*" : finalOf(surface),
        reading: isForeign || surface.includes(",") ? "*" : surface,
        type: "*",
        firstTag: "*",
        lastTag: "*",
        expression: "*",
      },
    };
  }
  if (nColumns !== N_MECAB_COLUMNS && nColumns !== N_OLD_MECAB_COLUMNS) {
    const forms = `word,tag,cost (1 to ${N_SHORT_COLUMNS} columns) or mecab-ko's ${N_MECAB_COLUMNS} columns`;
    fail(`a row must be ${forms}; got ${nColumns} columns`, location);
  }
  // mecab drops the spaces before a column only; five surfaces of mecab-ko-dic end in one.
  const surface = normalizeText(columns[0]!).trimStart();
  const [leftId = "", rightId = "", cost = "", ...values] = trimmed.slice(1, N_MECAB_COLUMNS);
  const given = Object.fromEntries(FEATURE_NAMES.map((name, i) => [name, values[i] || "*"])) as unknown as Features;
  const reading = values[3] || surface;
  const features = { ...given, reading, final: values[2] || finalOf(reading) };
  return { surface, leftId, rightId, cost, costColumn: MECAB_COST_COLUMN, features };
}

function finalOf(word: string): string {
  return hasFinalConsonant(word) ? "T" : "F";
}

function readCost({ cost, costColumn, features }: Row, location: DatasetLocation): number {
  if (cost !== "") return readInteger(cost, "the cost", MIN_WORD_COST, MAX_WORD_COST, location, costColumn);
  const { tag, semantic } = features;
  const found = defaultCost(tag, semantic);
  if (found !== null) return found;
  fail(`there is no default cost for tag ${tag}, semantic class ${semantic}; give one`, location, costColumn);
}

function readInteger(
  text: string,
  what: string,
  least: number,
  greatest: number,
  location: DatasetLocation,
  column: number,
): number {
  const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= greatest)) {
    fail(`${what} must be an integer ${least} to ${greatest}; got ${showValue(text)}`, location, column);
  }
  return value;
}

function rejectFault(fault: string | null, value: string, location: DatasetLocation, column: number): void {
  if (fault !== null) fail(`must be ${fault}; got ${showValue(value)}`, location, column);
}

function fail(problem: string, { source, line = null }: DatasetLocation, column: number | null = null): never {
  throw new DatasetError("USER_DICTIONARY", { source, line, column }, problem);
}
