import { DatasetError, showValue } from "../errors.js";
import { cleanText } from "../text/clean-text.js";

/** Names of columns as the header has them; compared after NFC, trimming and lower-casing, then also without spaces, hyphens and underscores. */
export interface ColumnOptions {
  /**
   * Column of the body. Naming it or `titleColumn` ends the search for both: only named columns are read.
   * @default the column found by the header, see `findArticleColumns`
   */
  readonly textColumn?: string;
  /**
   * Column of the title.
   * @default the column found by the header
   */
  readonly titleColumn?: string;
  /**
   * Column of the label.
   * @default the column found by the header
   */
  readonly labelColumn?: string;
}

/** A column that is read beside title, body and label. */
export interface ExtraColumn {
  readonly name: string;
  /** How the user named it, for messages: "--date-column". */
  readonly flag: string;
}

interface ColumnSearch extends ColumnOptions {
  readonly requireLabel: boolean;
  readonly preset?: "none" | "bigkinds";
}

/** 0-based positions in a row; null for a part that is not read. At least one of title and body is there. */
export interface ArticleColumns {
  readonly title: number | null;
  readonly body: number | null;
  readonly label: number | null;
}

type Role = keyof ArticleColumns;

/** 0-based positions of what is known of an article besides its text; null where there is no such column. */
export interface DetailColumns {
  readonly id: number | null;
  readonly date: number | null;
  readonly publisher: number | null;
  /** Of the mark that an export puts on rows which are to be left out. */
  readonly excluded: number | null;
}

/**
 * Header names of each part, without spaces, hyphens and underscores, in groups of falling priority.
 *
 * Only these are ever chosen unasked: columns that tell the label (키워드, 특성추출, 인물, URL …) are not among them.
 */
const ALIASES: { readonly [role in Role]: readonly (readonly string[])[] } = {
  title: [
    ["제목", "title"],
    ["기사제목", "뉴스제목", "헤드라인", "headline", "newstitle", "articletitle"],
  ],
  body: [
    ["본문", "body"],
    ["내용", "기사내용", "기사본문", "뉴스내용", "뉴스본문", "content", "contents", "article", "articlebody"],
    ["text", "document", "텍스트", "문서"],
  ],
  label: [
    ["label", "category", "분류", "카테고리", "라벨", "레이블"],
    ["통합분류1", "통합분류"],
    ["주제", "topic", "섹션", "section", "topicidx"],
  ],
};

const FLAGS: { readonly [role in Role]: string } = {
  title: "--title-column (titleColumn)",
  body: "--text-column (textColumn)",
  label: "--label-column (labelColumn)",
};

/** What identifies and places an article; read for those who split or check the data, never as text. */
const DETAIL_ALIASES: { readonly [K in keyof DetailColumns]: readonly string[] } = {
  id: ["뉴스식별자", "id", "newsid", "articleid", "guid"],
  date: ["일자", "날짜", "발행일", "작성일", "date", "published", "pubdate"],
  publisher: ["언론사", "매체", "매체명", "press", "publisher"],
  excluded: ["분석제외여부"],
};

/** The columns that a preset reads, and no others in their place. */
const PRESETS: Readonly<Record<"bigkinds", { readonly [role in Role]: string }>> = {
  bigkinds: { title: "제목", body: "본문", label: "통합 분류1" },
};

/** Names shown in a message; a file without a header can have any number of long "names". */
const MAX_SHOWN_NAMES = 20;

function showNames(names: readonly string[]): string {
  const shown = names.slice(0, MAX_SHOWN_NAMES).map((name) => showValue(name));
  if (names.length > MAX_SHOWN_NAMES) shown.push(`and ${names.length - MAX_SHOWN_NAMES} more`);
  return shown.join(", ");
}

function nameKey(name: string): string {
  return cleanText(name).toLowerCase();
}

function aliasKey(name: string): string {
  return nameKey(name).replaceAll(/[ _-]/g, "");
}

class Header {
  readonly #names: readonly string[];
  readonly #source: string;
  readonly #line: number;

  constructor(names: readonly string[], source: string, line: number) {
    this.#names = names;
    this.#source = source;
    this.#line = line;
  }

  error(problem: string): DatasetError {
    return new DatasetError("DATASET_COLUMN", { source: this.#source, line: this.#line }, problem);
  }

  /** The columns of the file, for messages. */
  describe(): string {
    return `the columns are ${showNames(this.#names)}`;
  }

  /** Position of the column that the user named with a flag. */
  findNamed(flag: string, name: string): number {
    let found = this.#positions((candidate) => nameKey(candidate) === nameKey(name));
    if (found.length === 0) found = this.#positions((candidate) => aliasKey(candidate) === aliasKey(name));
    const [first] = found;
    if (first === undefined) {
      throw this.error(`there is no column ${showValue(name)} for ${flag}; ${this.describe()}`);
    }
    if (found.length > 1) {
      throw this.error(`${found.length} columns are named ${showValue(name)}; rename all but one`);
    }
    return first;
  }

  /** Position of the column with an alias of the highest priority; null when there is none. */
  findByAlias(role: Role, taken: readonly (number | null)[]): number | null {
    for (const aliases of ALIASES[role]) {
      const found = this.#positions((candidate) => aliases.includes(aliasKey(candidate))).filter(
        (position) => !taken.includes(position),
      );
      const [first] = found;
      if (first === undefined) continue;
      if (found.length > 1) {
        const names = found.map((position) => this.#names[position] as string);
        throw this.error(`columns ${showNames(names)} could all be the ${role}; choose one with ${FLAGS[role]}`);
      }
      return first;
    }
    return null;
  }

  #positions(matches: (name: string) => boolean): number[] {
    return this.#names.flatMap((name, position) => (matches(name) ? [position] : []));
  }
}

/**
 * Returns which columns hold title, body and label.
 *
 * Columns named in the options are taken as they are. Otherwise each part is looked for by the names that such columns
 * usually have (제목, title, 헤드라인 …; 본문, body, 내용, content, text …; category, label, 분류, 통합 분류1, 주제 …), whatever their
 * case, spaces, hyphens and underscores. The names of a part are ranked, and only columns of the best rank count: beside 본문, a
 * column "text" is ignored. Title and body found together are both read. Two columns of the same rank are an error, for one
 * of them would be chosen by chance. Any other column is never used unless it is named.
 *
 * @param source name of the file and @param line its header's line, for messages
 * @throws {DatasetError} with code DATASET_COLUMN when a named column is missing or named twice, when neither title nor
 *   body is found, when the label is required and not found, or when the choice is not clear
 */
export function findArticleColumns(
  names: readonly string[],
  options: ColumnSearch,
  source: string,
  line: number,
): ArticleColumns {
  const header = new Header(names, source, line);
  const { textColumn, titleColumn, labelColumn, requireLabel } =
    options.preset === "bigkinds" ? withPreset(options, PRESETS.bigkinds) : options;
  const named = (role: Role, name: string | undefined) =>
    name === undefined ? null : header.findNamed(FLAGS[role], name);

  let title = named("title", titleColumn);
  let body = named("body", textColumn);
  let label = requireLabel ? named("label", labelColumn) : null;
  rejectSharedColumn(header, { title, body, label });

  if (requireLabel && label === null) {
    label = header.findByAlias("label", [title, body]);
    if (label === null)
      throw header.error(`there is no label column; ${header.describe()}; name it with ${FLAGS.label}`);
  }
  if (title === null && body === null) {
    title = header.findByAlias("title", [label]);
    body = header.findByAlias("body", [label]);
    if (title === null && body === null) {
      throw header.error(
        `there is no text column; ${header.describe()}; name one with ${FLAGS.body} or ${FLAGS.title}`,
      );
    }
  }
  return { title, body, label };
}

/** The columns of the preset where the user named none; a text column that was named stands alone here, too. */
function withPreset(options: ColumnSearch, preset: { readonly [role in Role]: string }): ColumnSearch {
  const { textColumn, titleColumn, labelColumn = preset.label } = options;
  return textColumn === undefined && titleColumn === undefined
    ? { ...options, textColumn: preset.body, titleColumn: preset.title, labelColumn }
    : { ...options, labelColumn };
}

/** Returns the columns of an article's details: the first of each kind, by the names that they usually have. */
export function findDetailColumns(names: readonly string[]): DetailColumns {
  const keys = names.map(aliasKey);
  const find = (kind: keyof DetailColumns): number | null => {
    const position = keys.findIndex((key) => DETAIL_ALIASES[kind].includes(key));
    return position < 0 ? null : position;
  };
  return { id: find("id"), date: find("date"), publisher: find("publisher"), excluded: find("excluded") };
}

/** True for a usual name of a column of title, body or label. */
export function isKnownColumn(name: string): boolean {
  const key = aliasKey(name);
  return Object.values(ALIASES).some((groups) => groups.some((aliases) => aliases.includes(key)));
}

function rejectSharedColumn(header: Header, columns: ArticleColumns): void {
  const roles: readonly Role[] = ["title", "body", "label"];
  for (const [i, first] of roles.entries()) {
    for (const second of roles.slice(i + 1)) {
      if (columns[first] === null || columns[first] !== columns[second]) continue;
      throw header.error(`${FLAGS[first]} and ${FLAGS[second]} name the same column; name two different ones`);
    }
  }
}

/**
 * True when the names, as those of a header, say that articles stand below: one is a usual name of a title or body.
 *
 * A plain text whose first line happens to be such a word ("내용") is taken for CSV as well.
 */
export function hasTextColumn(names: readonly string[]): boolean {
  const known = new Set([...ALIASES.title, ...ALIASES.body].flat());
  return names.some((name) => known.has(aliasKey(name)));
}

/**
 * Returns the positions of columns that are read beside the article, such as a date.
 * @throws {DatasetError} with code DATASET_COLUMN when one is missing or there twice
 */
export function findExtraColumns(
  names: readonly string[],
  wanted: readonly ExtraColumn[],
  source: string,
  line: number,
): readonly number[] {
  const header = new Header(names, source, line);
  return wanted.map(({ name, flag }) => header.findNamed(flag, name));
}
