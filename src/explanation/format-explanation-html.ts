import { showTerm } from "../features/show-term.js";
import {
  type Html,
  html,
  type Language,
  markText,
  message,
  renderPage,
  show,
  table,
  type WeightedRange,
} from "../html/index.js";
import type { Article } from "../text/article.js";
import type { Explanation } from "./explain.js";
import { greatestContribution, MARKED_SHARE, signed, topWords } from "./format-explanation.js";

/** An article and why it has its label. */
export interface ExplainedArticle {
  readonly article: Article;
  readonly explanation: Explanation;
}

/** Words of one part of an article that are worth a mark, in the order of the text. */
function markedRanges({ words }: Explanation, part: keyof Article, greatest: number): readonly WeightedRange[] {
  return words
    .filter((word) => word.part === part && Math.abs(word.contribution) >= MARKED_SHARE * greatest && greatest > 0)
    .map(({ start, end, contribution }) => [start, end, contribution] as const);
}

/** Shows an article with the words that speak for its label, and against it, marked. */
export function markExplained({ article, explanation }: ExplainedArticle): Html {
  const greatest = greatestContribution(explanation);
  const paragraph = (part: keyof Article): Html | null => {
    if (article[part] === "") return null;
    const marked = markText(article[part], markedRanges(explanation, part, greatest), greatest);
    return part === "title" ? html`<p class="title">${marked}</p>` : html`<p>${marked}</p>`;
  };
  return html`${paragraph("title")}${paragraph("body")}`;
}

function contributionTable(
  head: ReturnType<typeof message>,
  rows: readonly { readonly name: string; readonly contribution: number }[],
): Html {
  return table(
    [{ head: show(head) }, { head: show(message("기여", "Contribution")), isNumeric: true }],
    rows.map(({ name, contribution }) => [name, signed(contribution)]),
  );
}

function renderArticle(explained: ExplainedArticle, top: number): Html {
  const { article, explanation } = explained;
  const { label, score, against, againstScore, logOdds, constant, terms, nUnknownTerms } = explanation;
  const words = topWords(explanation, top).map(({ part, start, end, contribution }) => ({
    name: article[part].slice(start, end),
    contribution,
  }));
  const shownTerms = terms.slice(0, top).map(({ term, contribution }) => ({ name: showTerm(term), contribution }));
  const [whole, bare, byTerms] = [logOdds, constant, logOdds - constant].map(signed);
  const sum = message(
    `로그 승산 ${whole} = 용어 없이 ${bare}, 용어 ${terms.length}개로 ${byTerms}`,
    `log odds ${whole} = ${bare} without any term, ${byTerms} by ${terms.length} terms`,
  );
  return html`<li>
<p class="facts"><span class="chip right">${label} ${score.toFixed(4)}</span><span class="chip">${against} ${againstScore.toFixed(4)}</span>
<span>${show(sum)}; ${show(message(`모르는 용어 ${nUnknownTerms}개`, `${nUnknownTerms} unknown terms`))}</span></p>
${markExplained(explained)}
<div class="charts">${contributionTable(message("낱말", "Word"), words)}${contributionTable(message("용어", "Term"), shownTerms)}</div>
</li>
`;
}

/**
 * Renders explanations as one HTML document that loads nothing, in Korean and English.
 * @param top words and terms in each list
 */
export async function formatExplanationsHtml(
  explained: readonly ExplainedArticle[],
  { language, top }: { readonly language: Language; readonly top: number },
): Promise<string> {
  const legend = html`<p><mark>${show(message("표시된 말", "Marked words"))}</mark> ${show(message("은 라벨을 뒷받침하고", "speak for the label,"))} <mark class="against">${show(message("밑줄 친 말", "underlined ones"))}</mark> ${show(message("은 다음 후보를 뒷받침합니다.", "for the one it is compared with."))}
${show(message("숫자는 승산의 자연로그입니다. +0.69는 승산을 두 배로 만듭니다.", "Numbers are natural logarithms of odds: +0.69 doubles them."))}</p>`;
  return renderPage(
    {
      title: message("왜 이 라벨인가", "Why this label"),
      summary: legend,
      sections: [
        {
          id: "documents",
          title: message(`문서 ${explained.length}건`, `${explained.length} documents`),
          content: html`<ul class="items">${explained.map((item) => renderArticle(item, top))}</ul>`,
        },
      ],
      footer: html`newsclf explain`,
    },
    language,
  );
}
