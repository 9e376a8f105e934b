import { formatScore, formatShare, showLabel, toOneLine } from "../evaluation/report-text.js";
import { showTerm } from "../features/show-term.js";
import { type Message, message, plain } from "../html/message.js";
import type { Shift } from "./drift.js";
import { describeLeakKind } from "./leaks.js";
import type { ArticleReference, DoctorReport, Finding, ListedCopies } from "./report.js";

/** The words and tables that the terminal and the page share. */

/** A column of a section's table. */
export interface SectionColumn {
  readonly head: Message;
  readonly isNumeric?: boolean;
}

/** One part of the report: what was found, why it matters, and the worst cases. */
export interface DoctorSection {
  readonly id: string;
  readonly title: Message;
  /** What it means and what to do. */
  readonly advice: Message;
  readonly columns: readonly SectionColumn[];
  /** Cells are single lines. */
  readonly rows: readonly (readonly string[])[];
}

/** What each kind of finding is called; counts are of what stands in brackets. */
export const FINDING_NAMES: Readonly<Record<Finding["kind"], Message>> = {
  "unusable-rows": message("쓸 수 없는 행", "Rows that cannot be used"),
  "label-spellings": message("표기가 다른 같은 라벨 (표기)", "Labels spelt in several ways (spellings)"),
  "conflicting-labels": message("같은 글에 다른 라벨 (기사)", "Same text, different labels (articles)"),
  "copies-across": message("비교 파일에도 있는 글 (비교 파일의 기사)", "Copies in the other file (its articles)"),
  "exact-copies": message("똑같은 글 (남는 사본)", "Exact copies (beyond the first)"),
  "wrong-labels": message("틀린 듯한 라벨 (기사)", "Likely wrong labels (articles)"),
  leaks: message("라벨을 드러내는 표지", "Marks that give a label away"),
  "near-copies": message("거의 같은 글 (남는 사본)", "Near copies (beyond the first)"),
  "small-labels": message("기사가 20건 미만인 라벨", "Labels with fewer than 20 articles"),
  "unusual-lengths": message("길이가 유별난 기사", "Articles of unusual length"),
  "unusual-languages": message("다른 글자로 쓴 기사", "Articles in another script"),
  "label-drift": message("라벨 비율의 큰 변화", "Large shift of the label shares"),
};

const ARTICLE = [
  { head: message("위치", "Place") },
  { head: message("라벨", "Label") },
  { head: message("글", "Text") },
] as const;
const N_ARTICLES: SectionColumn = { head: message("기사", "Articles"), isNumeric: true };

function articleCells(report: DoctorReport, { source, line, label, text }: ArticleReference): readonly string[] {
  // With one file its name would stand in each row.
  const isOnly = report.files.length === 1 && report.files[0]?.source === source;
  return [isOnly ? String(line) : `${toOneLine(source)}:${line}`, showLabel(label), text];
}

function copyRows(report: DoctorReport, groups: readonly ListedCopies[]): readonly (readonly string[])[] {
  return groups.flatMap(({ similarity, articles }, group) =>
    articles.map((article) => [String(group + 1), similarity.toFixed(2), ...articleCells(report, article)]),
  );
}

const GROUP_COLUMNS: readonly SectionColumn[] = [
  { head: message("묶음", "Group"), isNumeric: true },
  { head: message("유사도", "Similarity"), isNumeric: true },
  ...ARTICLE,
];

const SHIFT_COLUMNS: readonly SectionColumn[] = [
  { head: message("이 파일", "Here"), isNumeric: true },
  { head: message("비교 파일", "Other file"), isNumeric: true },
  { head: plain("PSI"), isNumeric: true },
];

function shiftCells({ share, againstShare, psi }: Shift): readonly string[] {
  return [formatShare(share), formatShare(againstShare), psi.toFixed(4)];
}

function describeWrongLabels(report: DoctorReport): DoctorSection | null {
  const { labelErrors } = report;
  if (labelErrors === null) return null;
  const { nTried, macroF1, suspects } = labelErrors;
  const quality = formatScore(macroF1, 3);
  return {
    id: "wrong-labels",
    title: FINDING_NAMES["wrong-labels"],
    advice: message(
      `기사 ${nTried}건을 그 기사를 배우지 않은 모델로 판별했습니다(매크로 F1 ${quality}). 위에 있을수록 틀렸을 가능성이 큽니다. 읽어 보고 고치십시오.`,
      `${nTried} articles were tried by models that did not see them (macro-F1 ${quality}). The likeliest stand first: read them and decide.`,
    ),
    columns: [
      ...ARTICLE.slice(0, 2),
      { head: message("제안", "Suggested") },
      { head: message("점수", "Score"), isNumeric: true },
      { head: message("제안의 점수", "Its score"), isNumeric: true },
      { head: message("근거", "Reasons") },
      ARTICLE[2],
    ],
    rows: suspects.map((suspect) => {
      const [place, label, text] = articleCells(report, suspect) as [string, string, string];
      const { suggested, score, suggestedScore, reasons } = suspect;
      const shown = reasons.map(showTerm).join(", ");
      return [place, label, showLabel(suggested), score.toFixed(3), suggestedScore.toFixed(3), shown, text];
    }),
  };
}

function describeAgainst(report: DoctorReport): readonly DoctorSection[] {
  const { against } = report;
  if (against === null) return [];
  const { labelPsi, labels, terms, unknownTermShare, copies, source, nCopies, nArticles } = against;
  return [
    {
      id: "copies-across",
      title: FINDING_NAMES["copies-across"],
      advice: message(
        `${source}의 기사 ${nArticles}건 가운데 ${nCopies}건이 이 데이터에도 있습니다. 그 점수는 본 글에 대한 점수입니다.`,
        `${nCopies} of the ${nArticles} articles of ${source} are here too: scores on them are scores on what was seen.`,
      ),
      columns: GROUP_COLUMNS,
      rows: copies.flatMap(({ similarity, articles, against: others }, group) =>
        [...articles, ...others].map((article) => [
          String(group + 1),
          similarity.toFixed(2),
          ...articleCells(report, article),
        ]),
      ),
    },
    {
      id: "label-drift",
      title: message("라벨 비율의 변화", "Shift of the label shares"),
      advice: message(
        `모집단 안정성 지수(PSI) ${labelPsi.toFixed(3)}. 0.1 아래는 작고 0.25 위는 큽니다.`,
        `Population stability index (PSI) ${labelPsi.toFixed(3)}: below 0.1 is small, above 0.25 large.`,
      ),
      columns: [ARTICLE[1], ...SHIFT_COLUMNS],
      rows: labels.map((shift) => [showLabel(shift.name), ...shiftCells(shift)]),
    },
    {
      id: "term-drift",
      title: message("용어의 변화", "Shift of the terms"),
      advice: message(
        `${source}의 용어 가운데 ${formatShare(unknownTermShare)}가 이 데이터에 없습니다. 아래 비율은 용어가 든 기사의 비율입니다.`,
        `${formatShare(unknownTermShare)} of the terms of ${source} are not in this data. Shares are of the articles that hold the term.`,
      ),
      columns: [{ head: message("용어", "Term") }, ...SHIFT_COLUMNS],
      rows: terms.map((shift) => [showTerm(shift.name), ...shiftCells(shift)]),
    },
  ];
}

/** Returns the parts of the report that hold anything, in the order in which they are worth reading. */
export function describeSections(report: DoctorReport): readonly DoctorSection[] {
  const { files, labels, labelSpellings, smallLabels, copies, leaks, lengths, languages, nArticles } = report;
  const small = new Set(smallLabels.map(({ label }) => label));
  const wrongLabels = describeWrongLabels(report);
  const sections: readonly DoctorSection[] = [
    {
      id: "unusable-rows",
      title: FINDING_NAMES["unusable-rows"],
      advice: message(
        "학습에서 빠집니다. 줄을 고치거나 그대로 두십시오.",
        "They are left out of a training: mend the lines, or leave them.",
      ),
      columns: [
        { head: message("파일", "File") },
        { head: message("까닭", "Reason") },
        { head: message("행", "Rows"), isNumeric: true },
        { head: message("첫 줄들", "First lines") },
      ],
      rows: files.flatMap(({ source, rejected }) =>
        rejected
          .filter(({ reason }) => reason !== "excluded")
          .map(({ reason, nRows, lines }) => [toOneLine(source), reason, String(nRows), lines.join(", ")]),
      ),
    },
    {
      id: "labels",
      title: message("라벨", "Labels"),
      advice: message(
        "기사가 20건 미만인 라벨(*)은 배우기도 재기도 어렵습니다.",
        "Labels with fewer than 20 articles (*) can hardly be learned or measured.",
      ),
      columns: [ARTICLE[1], N_ARTICLES, { head: message("비율", "Share"), isNumeric: true }],
      rows: labels.map(({ label, nArticles: n }) => [
        `${showLabel(label)}${small.has(label) ? " *" : ""}`,
        String(n),
        formatShare(n / nArticles),
      ]),
    },
    {
      id: "label-spellings",
      title: FINDING_NAMES["label-spellings"],
      advice: message(
        "띄어쓰기와 문장 부호만 다릅니다. --fix는 가장 흔한 표기로 고칩니다.",
        "They differ in spaces and punctuation only; --fix writes the most frequent spelling.",
      ),
      columns: [{ head: message("표기", "Spelling") }, { head: message("흔한 표기", "Most frequent") }, N_ARTICLES],
      rows: labelSpellings.map(({ spelling, label, nArticles: n }) => [
        JSON.stringify(spelling),
        JSON.stringify(label),
        String(n),
      ]),
    },
    {
      id: "conflicting-labels",
      title: FINDING_NAMES["conflicting-labels"],
      advice: message("하나는 틀렸거나 라벨의 뜻이 겹칩니다.", "One of them is wrong, or the labels overlap."),
      columns: GROUP_COLUMNS,
      rows: copyRows(report, copies.conflicts),
    },
    {
      id: "copies",
      title: message("사본", "Copies"),
      advice: message(
        `똑같은 글 ${copies.exact.nGroups}묶음, 거의 같은 글 ${copies.near.nGroups}묶음. 나눌 때 양쪽에 들어가면 점수가 부풀려집니다(crossval --group-near-duplicates).`,
        `${copies.exact.nGroups} groups of equal texts, ${copies.near.nGroups} of nearly equal ones. On both sides of a split they raise its scores (crossval --group-near-duplicates).`,
      ),
      columns: GROUP_COLUMNS,
      rows: copyRows(report, copies.groups),
    },
    ...(wrongLabels === null ? [] : [wrongLabels]),
    {
      id: "leaks",
      title: FINDING_NAMES.leaks,
      advice: message(
        "이 표지만 보고도 라벨을 맞힙니다. 다른 곳의 기사에 없는 표지라면 지우십시오(train --clean news).",
        "A model can learn the mark in place of the subject. Take it out where other articles will not have it (train --clean news).",
      ),
      columns: [
        { head: message("표지", "Mark") },
        { head: message("종류", "Kind") },
        ARTICLE[1],
        N_ARTICLES,
        { head: message("정밀도", "Precision"), isNumeric: true },
        { head: message("재현율", "Recall"), isNumeric: true },
      ],
      rows: leaks.map(({ kind, mark, label, nArticles: n, precision, recall }) => [
        toOneLine(kind === "term" ? showTerm(mark) : mark),
        describeLeakKind(kind),
        showLabel(label),
        String(n),
        formatShare(precision),
        formatShare(recall),
      ]),
    },
    {
      id: "unusual-lengths",
      title: FINDING_NAMES["unusual-lengths"],
      advice: message(
        `길이는 ${lengths.least}자에서 ${lengths.greatest}자, 중앙값 ${lengths.median}자입니다.`,
        `Lengths go from ${lengths.least} to ${lengths.greatest} characters; the median is ${lengths.median}.`,
      ),
      columns: [{ head: message("길이", "Length"), isNumeric: true }, ...ARTICLE],
      rows: lengths.outliers.map((article) => [String(article.value), ...articleCells(report, article)]),
    },
    {
      id: "unusual-languages",
      title: FINDING_NAMES["unusual-languages"],
      advice: message(
        `글자 가운데 한글은 ${formatShare(languages.hangulShare)}입니다.`,
        `${formatShare(languages.hangulShare)} of all letters are Hangul.`,
      ),
      columns: [{ head: message("한글", "Hangul"), isNumeric: true }, ...ARTICLE],
      rows: languages.outliers.map((article) => [formatShare(article.value), ...articleCells(report, article)]),
    },
    ...describeAgainst(report),
  ];
  return sections.filter(({ rows }) => rows.length > 0);
}
