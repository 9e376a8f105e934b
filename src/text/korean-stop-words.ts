/**
 * Korean words that say nothing about the topic of a news text, as `surface/TAG` with mecab-ko-dic's tags.
 *
 * Fused tokens have tags of their own, so the frequent inflected forms stand beside the stems. Words that look light but
 * tell desks apart are left out on purpose: 경기 (match, economy), 대표, 선수, 오르 and 내리 (prices), 열리 (events).
 */

/** Bound nouns: they carry grammar, not a thing. */
const BOUND_NOUNS = [
  "것/NNB",
  "거/NNB",
  "수/NNB",
  "등/NNB",
  "때문/NNB",
  "중/NNB",
  "데/NNB",
  "바/NNB",
  "점/NNB",
  "측/NNB",
];

/** Verbs and adjectives that only support another word: do, be, become, lack, be like. */
const SUPPORT_VERBS = [
  ...[
    "하/VV",
    "했/VV+EP",
    "해/VV+EC",
    "한/VV+ETM",
    "할/VV+ETM",
    "한다/VV+EF",
    "한다/VV+EC",
    "해야/VV+EC",
    "해서/VV+EC",
  ],
  ...["되/VV", "됐/VV+EP", "돼/VV+EC", "된/VV+ETM", "될/VV+ETM", "된다/VV+EF", "된다/VV+EC"],
  ...["있/VV", "있/VA", "없/VA", "같/VA", "그러/VV", "그렇/VA", "이러/XR"],
];

/** Verbs that stand for a postposition: about, through, for, according to, because of, compared with. */
const POSTPOSITION_VERBS = [
  ...["대한/VV+ETM", "대해/VV+EC", "대해서/VV+EC", "대해선/VV+EC+JX", "관한/VV+ETM"],
  ...["통해/VV+EC", "통한/VV+ETM", "위해/VV+EC", "위해서/VV+EC", "위한/VV+ETM"],
  ...["따르/VV", "따라/VV+EC", "따른/VV+ETM", "인해/VV+EC", "인한/VV+ETM", "의해/VV+EC", "의한/VV+ETM", "비해/VV+EC"],
];

/** Words of reporting: who said it in which way is the same at every desk. */
const REPORTING_WORDS = [
  ...["밝히/VV", "밝혔/VV+EP", "밝힌/VV+ETM", "전하/VV", "전했/VV+EP", "전해졌/VV+EC+VX+EP", "덧붙였/VV+EP"],
  ...["알려졌/VV+EC+VX+EP", "알려진/VV+EC+VX+ETM", "보인다/VV+EF", "보인다/VV+EC", "나타났/VV+EP"],
  ...["말/NNG", "설명/NNG", "관계자/NNG"],
];

/** Marks of the trade: by-lines, agency names and the label of a summary story. */
const NEWS_MARKS = ["기자/NNG", "뉴스/NNG", "연합뉴스/NNP", "종합/NNG", "보도/NNG"];

/** Words that place a story in time relative to its own date. */
const RELATIVE_TIMES = [
  ...[
    "이날/NNG",
    "이번/NNG",
    "지난/VV+ETM",
    "지난해/NNG",
    "지난달/NNG",
    "최근/NNG",
    "현재/NNG",
    "현재/MAG",
    "당시/NNG",
  ],
  ...["이후/NNG", "오전/NNG", "오후/NNG", "전날/NNG", "때/NNG"],
];

/** Adverbs of degree, order and connection. */
const LIGHT_ADVERBS = [
  ...["더/MAG", "또/MAG", "가장/MAG", "특히/MAG", "함께/MAG", "모두/MAG", "이어/MAG", "다시/MAG", "다/MAG", "잘/MAG"],
  ...[
    "많이/MAG",
    "아직/MAG",
    "이미/MAG",
    "매우/MAG",
    "너무/MAG",
    "물론/MAG",
    "앞서/MAG",
    "각각/MAG",
    "계속/MAG",
    "같이/MAG",
  ],
  ...["더욱/MAG", "아울러/MAG", "한편/NNG"],
];

/** All of them; about 100 words, chosen by hand from the most frequent words of Korean news that are spread over all desks. */
export const KOREAN_STOP_WORDS: ReadonlySet<string> = new Set([
  ...BOUND_NOUNS,
  ...SUPPORT_VERBS,
  ...POSTPOSITION_VERBS,
  ...REPORTING_WORDS,
  ...NEWS_MARKS,
  ...RELATIVE_TIMES,
  ...LIGHT_ADVERBS,
]);
