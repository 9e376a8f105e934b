import { escapeMarkdown } from "../evaluation/format-report-markdown.js";
import { formatCount, formatScore, showLabel, toOneLine } from "../evaluation/report-text.js";
import { renderTextTable } from "../evaluation/text-table.js";
import { type Change, type Comparison, type Flip, MEASURES, type Measure } from "./comparison.js";

const DIGITS = 3;

const MEASURE_NAMES: Readonly<Record<Measure, string>> = {
  accuracy: "Accuracy",
  macroF1: "Macro-F1",
  weightedF1: "Weighted F1",
  logLoss: "Log loss",
};

const WITHOUT_PAIRS =
  "Two reports hold scores, not the label of each article: which articles changed, and McNemar's test, need the two models and the articles (compare A B CSV).";

function formatDifference(value: number | null): string {
  if (value === null) return formatScore(null, DIGITS);
  const shown = value.toFixed(DIGITS);
  return value > 0 && Number(shown) !== 0 ? `+${shown}` : shown.replace(/^-(0\.0*)$/, "$1");
}

function changeCells({ a, b, difference }: Change): readonly string[] {
  return [formatScore(a, DIGITS), formatScore(b, DIGITS), formatDifference(difference)];
}

function measureRows({ measures }: Comparison): readonly (readonly string[])[] {
  const rows = MEASURES.map((measure) => [MEASURE_NAMES[measure], ...changeCells(measures[measure])]);
  return [["", "A", "B", "Change"], ...rows];
}

function labelRows({ labels }: Comparison): readonly (readonly string[])[] {
  const rows = labels.map(({ label, support, precision, recall, f1 }) => [
    showLabel(label),
    formatCount(support),
    ...changeCells(f1),
    formatDifference(precision.difference),
    formatDifference(recall.difference),
  ]);
  return [["Label", "Support", "F1 of A", "F1 of B", "Change", "Precision change", "Recall change"], ...rows];
}

/** A p-value as shown: small ones as a bound. */
function formatPValue(pValue: number): string {
  return pValue < 0.0001 ? "p < 0.0001" : `p = ${pValue.toFixed(4)}`;
}

function pairedLines({ nDocuments, paired }: Comparison): readonly string[] {
  if (paired === null) return [WITHOUT_PAIRS];
  const { nBothRight, nBothWrong, nBothWrongApart, mcnemar } = paired;
  return [
    `Of ${nDocuments} articles both had ${nBothRight} right and ${nBothWrong} wrong (${nBothWrongApart} of these with different labels).`,
    `B mends ${mcnemar.nOnlyB} errors of A and makes ${mcnemar.nOnlyA} of its own; McNemar's exact test: ${formatPValue(mcnemar.pValue)}`,
  ];
}

interface FlipList {
  readonly title: string;
  readonly flips: readonly Flip[];
  readonly nFlips: number;
}

/** Whether lines are told apart by the files that they are of: with a single file, which the comparison names, they need not. */
function showsFiles({ source }: Comparison, { flips }: FlipList): boolean {
  return flips.some((flip) => flip.source !== null && flip.source !== source);
}

function flipLists({ paired }: Comparison): readonly FlipList[] {
  if (paired === null) return [];
  const { fixed, broken, mcnemar } = paired;
  return [
    { title: "Broken: only A is right", flips: broken, nFlips: mcnemar.nOnlyA },
    { title: "Mended: only B is right", flips: fixed, nFlips: mcnemar.nOnlyB },
  ].filter(({ flips }) => flips.length > 0);
}

function flipCells({ trueLabel, a, b, line, text }: Flip): readonly string[] {
  const show = (side: Flip["a"]): string => `${showLabel(side.label)} ${formatScore(side.score, DIGITS)}`;
  return [formatCount(line), showLabel(trueLabel), show(a), show(b), text];
}

function countShown({ flips, nFlips }: FlipList): string {
  return flips.length === nFlips ? `${nFlips}` : `${flips.length} of ${nFlips}`;
}

/** Renders a comparison for a terminal. */
export function formatComparison(comparison: Comparison): string {
  const { names, source, nDocuments } = comparison;
  const parts = [
    `A  ${toOneLine(names.a)}\nB  ${toOneLine(names.b)}\n${nDocuments} articles${source === null ? "" : ` of ${toOneLine(source)}`}\n`,
    renderTextTable(measureRows(comparison)),
    `${pairedLines(comparison).join("\n")}\n`,
    renderTextTable(labelRows(comparison)),
    ...flipLists(comparison).map((list) => {
      const hasFiles = showsFiles(comparison, list);
      const lines = list.flips.map((flip) => {
        const [line, trueLabel, a, b, text] = flipCells(flip);
        const file = hasFiles && flip.source !== null ? `${toOneLine(flip.source)}  ` : "";
        return `  ${file}line ${line}  ${trueLabel}  A ${a}  B ${b}  ${text}\n`;
      });
      return `${list.title} (${countShown(list)})\n${lines.join("")}`;
    }),
  ];
  return parts.join("\n");
}

function renderMarkdownTable(rows: readonly (readonly string[])[], nTextColumns: number): string {
  const [header = [], ...body] = rows.map((row) => row.map(escapeMarkdown));
  const rule = header.map((_, column) => (column < nTextColumns ? "---" : "---:"));
  return [header, rule, ...body].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

/** Renders a comparison as GitHub-flavoured Markdown, for a pull request. */
export function formatComparisonMarkdown(comparison: Comparison): string {
  const { names, source, nDocuments } = comparison;
  const of = source === null ? "" : ` of ${escapeMarkdown(source)}`;
  const parts = [
    `# Comparison\n\nA: ${escapeMarkdown(names.a)}  \nB: ${escapeMarkdown(names.b)}  \n${nDocuments} articles${of}\n`,
    renderMarkdownTable(measureRows(comparison), 1),
    `${pairedLines(comparison).map(escapeMarkdown).join("  \n")}\n`,
    renderMarkdownTable(labelRows(comparison), 1),
    ...flipLists(comparison).map((list) => {
      const hasFiles = showsFiles(comparison, list);
      const header = [...(hasFiles ? ["File"] : []), "Line", "Label", "A", "B", "Text"];
      const rows = list.flips.map((flip) => [...(hasFiles ? [flip.source ?? ""] : []), ...flipCells(flip)]);
      return `## ${list.title} (${countShown(list)})\n\n${renderMarkdownTable([header, ...rows], header.length)}`;
    }),
  ];
  return parts.join("\n");
}
