/**
 * What news agencies, publishers and crawlers put around an article, as patterns.
 *
 * The patterns see text after `cleanText` in which white space is one " ", or one "\n" where the source broke the line
 * or left a table cell. A space in a pattern stands for either, so what is found in one line is also found across two.
 *
 * Each pattern is bounded: no repetition may run over more than a few hundred characters, and none is nested in another
 * that could divide the same text differently. So the time for one place is constant.
 */

/** The ids, in the order in which they are counted and listed. */
export const NEWS_RULES = {
  dateline: "place, agency and reporter at the head: (서울=…) 홍길동 기자 =",
  byline: "reporter or desk at the head, at the end or on a line: 홍길동 기자, 온라인뉴스팀",
  "contact-email": "e-mail address at the end or on a line",
  "contact-phone": "telephone number at the end or on a line",
  "contact-url": "web address at the end or on a line",
  copyright: "copyright notice at the end or on a line: 무단전재 및 재배포 금지, ⓒ …",
  promotion: "what else to read, subscribe to or report: ▶ …, ☞ …, 제보는 …, 관련기사 …",
  "time-stamp": "time of entry or change: 입력 2026-01-02 03:04, … 송고",
  "broadcast-marker": "who speaks: [앵커], 【 앵커멘트 】, [리포트]",
  "broadcast-sign-off": "how a broadcast report ends: KBS 뉴스 …입니다",
  "broadcast-credit": "who filmed and cut: 영상취재 : …",
  caption: "source of a picture, picture buttons: (사진=…), 이미지 확대",
  notice: "the publisher's remark on the article: 자동 작성, help lines",
  "title-tag": "kind of message in brackets at either end of a title: [속보], (종합2보)",
  "title-section": "section in brackets at the head: [스포츠]",
  "crawler-junk": "rests of a page's scripts and buttons",
} as const;

/** Name of a rule. */
export type NewsRule = keyof typeof NEWS_RULES;

/**
 * Where a pattern may match. `line` and `line-end` need a line break of the source (or the text's end); `start`, `end` and
 * `anywhere` do not. `line-start` is the head of the text or of a line.
 */
export type RulePlace = "anywhere" | "line" | "line-start" | "line-end" | "start" | "end";

export interface PlacedPattern {
  readonly rule: NewsRule;
  readonly place: RulePlace;
  readonly pattern: RegExp;
  /** Something short that the text around every match holds: a quick look that saves the long one. */
  readonly hint: RegExp;
}

const OPEN = "[(\\[【<〈《]";
const CLOSE = "[)\\]】>〉》]";
const INSIDE = "[^()\\[\\]【】<>〈〉《》]";

const NAME = "[가-힣]{2,4}";
const ROLE = "(?:[가-힣]{0,6}기자|특파원|통신원|[가-힣]{0,4}리포터|객원에디터)";
const BETWEEN = "(?: ?[,·ㆍ/] ?| )";
/** One reporter or several: 홍길동 기자, 김철수·이영희 인턴기자. */
const NAMES = `${NAME}(?: ?[,·ㆍ/] ?${NAME}){0,5}`;
const REPORTERS = `${NAMES} ${ROLE}(?:${BETWEEN}${NAMES} ${ROLE}){0,4}`;
const EMAIL = "[A-Za-z0-9][A-Za-z0-9._%+-]{0,40}@[A-Za-z0-9-]{1,40}(?:\\.[A-Za-z0-9-]{2,20}){1,3}";
const PLACE = "[가-힣A-Za-z][가-힣A-Za-z·ㆍ,/ ]{0,23}";
const AGENCY = `(?=${INSIDE}{0,30}?(?:[가-힣]{2}|AP|AFP|UPI))[^()\\[\\]【】<>〈〉《》=]{1,40}`;
const DESK =
  "(?:디지털|온라인|인터넷|편집|연예|스포츠|체육|사회|정치|경제|국제|문화|생활|산업|증권|금융|부동산|과학|전국|지역|이슈|속보|뉴스|미디어|콘텐츠|기획|탐사|영상|사진)[가-힣]{0,6}(?:팀|부|국|센터|본부|데스크)";
const STATION = "(?:KBS|MBC|SBS|YTN|JTBC|MBN|OBS|EBS|CBS|BBS|TBS|TV조선|채널A|연합뉴스TV)";

/** Behind the end of a sentence or bracket, or at the head of a line: where a signature may begin. */
const AFTER_SENTENCE = `(?<=^|\\n|[.!?…)\\]】>〉] ?)`;
/** The same, or behind a quote. */
const AFTER_QUOTE = `(?<=^|\\n|[.!?…)\\]】>〉"'”’] ?)`;
/** Behind an opening bracket that follows a word or a sentence. Stands behind the bracket, for which engines can look quickly. */
const BEHIND_WORD = `(?<=(?:^|[가-힣\\s.,!?"”'’])[(\\[【<〈《])`;
/** No sentence of the article ends in here. */
const NOT_SENTENCE = `(?!다\\. |요\\. |다\\.["”'’])`;

const FORMAT_TAG =
  "(?:속보|긴급|단독|종합|종합 ?\\d{1,2}보|\\d{1,2}보|상보|1보|포토|포토뉴스|사진|화보|영상|동영상|현장영상|자막뉴스|그래픽|인포그래픽|카드뉴스)";
const SECTION_TAG =
  "(?:정치|경제|사회|국제|세계|문화|생활|연예|스포츠|과학|IT|생활[/·]문화|IT[/·]과학|정치[/·]사회|경제[/·]산업|연예[/·]스포츠|오피니언|사설|칼럼|인사|부고|동정)";

const PROMISING =
  "(?:구독|바로가기|클릭|제보|채널 ?추가|채널에서|팔로우|다운로드|카카오톡|카톡|유튜브|페이스북|인스타그램|텔레그램|운세|많이 본|인기 ?기사|관련 ?기사|기사 ?(?:더 ?)?보기|더 ?보기|이어보기|뉴스 ?보기|\\.(?:com|co\\.kr|kr|net)|https?:)";
const POINTER = "[▶▷►☞➡👉]\\uFE0F?";
const NOT_POINTER = "[^▶▷►☞➡👉]";

const DATE = "20\\d{2}[./-] ?\\d{1,2}[./-] ?\\d{1,2}[.]?";
const CLOCK = "(?:(?:오전|오후) ?)?\\d{1,2}:\\d{2}(?::\\d{2})?";
const STAMP = "(?:기사 ?입력|최종 ?수정|입력|수정|송고|등록|승인|발행|업데이트)(?: ?시간| ?일시)?";

/** Lets each space of a pattern, inside a class or not, stand for a line break too. */
function widenSpaces(source: string): string {
  return source.replace(/\\.|\[(?:\\.|[^\]\\])*\]| /g, (part) => {
    if (part === " ") return "[ \\n]";
    return part.startsWith("[") ? part.replace(" ", " \\n") : part;
  });
}

function compile(source: string, place: RulePlace): RegExp {
  const spaced = widenSpaces(source);
  if (place === "anywhere") return new RegExp(spaced, "gu");
  if (place === "start" || place === "line-start") return new RegExp(`(?:${spaced})`, "uy");
  return new RegExp(place === "line" ? `^(?:${spaced})$` : `(?:${spaced})$`, "u");
}

function place(
  rule: NewsRule,
  where: RulePlace,
  hint: RegExp,
  ...sources: readonly string[]
): readonly PlacedPattern[] {
  return sources.map((source) => ({ rule, place: where, pattern: compile(source, where), hint }));
}

/** For patterns that are as quick as a hint. */
const NO_HINT = /(?:)/;

/** All patterns, in the order in which they are tried. */
export const NEWS_PATTERNS: readonly PlacedPattern[] = [
  ...place(
    "crawler-junk",
    "anywhere",
    NO_HINT,
    "// ?flash 오류를 우회하기 위한 함수 추가(?: ?function _flash_removeCallback\\(\\) ?\\{ ?\\})?",
    "function _flash_removeCallback\\(\\) ?\\{ ?\\}",
    "googletag\\.cmd\\.push\\(function ?\\(\\) ?\\{[^{}]{0,200}\\}\\);?",
    "\\(adsbygoogle ?= ?window\\.adsbygoogle ?\\|\\| ?\\[\\]\\)\\.push\\(\\{\\}\\);?",
  ),
  ...place(
    "crawler-junk",
    "line",
    NO_HINT,
    "(?:본문 ?내용 ?)?TV ?플레이어|동영상 ?뉴스|글자 ?크기(?: ?변경하기| ?조절)?|(?:SNS ?)?공유하기|인쇄하기|스크랩(?:하기)?|댓글 ?\\d{0,6}|URL ?복사|가 ?가|본문 ?(?:영역 ?)?(?:시작|끝)|PICK 안내|(?:본문 ?)?요약봇|beta|텍스트 ?음성 ?변환 ?서비스[^\\n]{0,20}|광고|AD|ADVERTISEMENT|기사 ?(?:본문|읽어주기)",
    "(?:function|var) [A-Za-z_$][\\w$]{0,40} ?[(=][^가-힣]{0,200}[;}]",
  ),
  ...place(
    "caption",
    "anywhere",
    NO_HINT,
    `${OPEN}${BEHIND_WORD} ?(?:사진|자료|그래픽|이미지|일러스트|삽화|출처|캡[처쳐]|썸네일)(?: ?(?:제공|출처|사진|캡[처쳐]))? ?[=:：ㅣ|] ?${INSIDE}{1,50}${CLOSE}`,
    `${OPEN}${BEHIND_WORD} ?(?:(?:AP|AFP|EPA|UPI|로이터|타스|신화)[=/·](?:연합뉴스|뉴시스|뉴스1)|게티 ?이미지(?:뱅크|코리아|스뱅크)?|${INSIDE}{0,25}(?:자료 ?사진|자료 ?화면|화면 ?캡[처쳐]|방송 ?캡[처쳐]|영상 ?캡[처쳐]|유튜브 ?캡[처쳐]|사진 ?제공)) ?${CLOSE}`,
  ),
  ...place(
    "caption",
    "line",
    /확대|보기|제공|[=:：ㅣ|/▲△▼▽]/,
    "(?:이미지|사진|그래픽)? ?(?:확대(?:하기|보기)?|크게 ?보기|원본 ?보기)|클릭하면 (?:확대|원본)[^\\n]{0,20}",
    "(?:사진|자료|그래픽|이미지|출처|일러스트)(?: ?제공| ?출처| ?사진)? ?[=:：ㅣ|/] ?[^=]{1,50}",
    `[▲△▼▽] ?(?:${NOT_SENTENCE}[^\\n]){1,150}?(?:사진|제공|캡[처쳐]|연합뉴스|뉴시스|뉴스1|ⓒ|©)[^\\n]{0,30}`,
    "(?:[^\\n=]{1,80} ?)?(?:사진|자료|그래픽) ?제공 ?[=:/]? ?[^\\n.]{0,30}",
    "[^\\n.]{1,120} ?[/|] ?(?:사진|그래픽|일러스트)? ?[=:]? ?(?:연합뉴스|뉴시스|뉴스1|게티이미지뱅크|로이터|AP|AFP|EPA)",
  ),
  ...place(
    "caption",
    "line-end",
    /[=:]|제공/,
    "[/|] ?(?:사진|그래픽|일러스트|자료) ?[=:] ?[^=.]{1,40}",
    `${OPEN}[^()\\[\\]【】<>〈〉《》/]{1,20} 제공${CLOSE}`,
  ),
  ...place(
    "caption",
    "end",
    /[=:：ㅣ|]/,
    `${AFTER_QUOTE}(?:사진|그래픽|일러스트|자료사진)(?: ?제공| ?출처)? ?[=:：ㅣ|] ?[^=.]{1,40}`,
  ),
  ...place(
    "time-stamp",
    "line",
    /20\d\d[./-]/,
    `(?:${STAMP} ?[:：|]? ?)?${DATE}(?: ${CLOCK})?(?: ?(?:송고|입력|수정|등록|승인|게재))?(?: ?[|/,]? ?(?:${STAMP} ?[:：|]? ?)${DATE}(?: ${CLOCK})?){0,2}`,
  ),
  ...place(
    "time-stamp",
    "start",
    NO_HINT,
    `${STAMP} ?[:：|]? ?${DATE} ${CLOCK}(?: ?[|/,]? ?${STAMP} ?[:：|]? ?${DATE} ${CLOCK}){0,2}(?= |$)`,
  ),
  ...place(
    "time-stamp",
    "end",
    /20\d\d[./-]/,
    `(?<=^| |[.!?…)\\]】>〉])${OPEN}?${STAMP} ?[:：|]? ?${DATE}(?: ${CLOCK})?${CLOSE}?`,
    `(?<=^| |[.!?…)\\]】>〉])${OPEN}?${DATE} ${CLOCK} ?(?:송고|입력|수정|등록|승인|게재)${CLOSE}?`,
  ),
  ...place(
    "dateline",
    "line-start",
    NO_HINT,
    `${OPEN} ?${PLACE} ?= ?${AGENCY}${CLOSE}(?: ?${REPORTERS}(?= |=|＝))?(?: ?[=＝])?`,
    `${PLACE} ?= ?${REPORTERS}(?: ?[(<] ?${EMAIL} ?[)>]| ${EMAIL})?(?: ?[=＝]|(?= ))`,
  ),
  ...place(
    "byline",
    "line-start",
    NO_HINT,
    `${OPEN} ?(?:${INSIDE}{1,40}? )?${NAMES} ${ROLE} ?${CLOSE}`,
    `${OPEN} ?${INSIDE}{1,40}? ${NAME}${ROLE} ?${CLOSE}`,
    `${OPEN} ?(?:한겨레|경향|(?!자막|카드|포토|속보|뉴스|오늘|아침|저녁|주말)${INSIDE}{0,16}?(?:뉴스|신문|일보|저널|투데이|타임스|데일리|헤럴드|미디어))(?:24|1)? ?${CLOSE}`,
    `${REPORTERS} ?(?:[(<] ?)?(?:${EMAIL}(?: ?[)>])?|[=＝])`,
  ),
  ...place(
    "byline",
    "line",
    /기자|특파원|통신원|리포터|객원에디터|팀|부|국|센터|본부|데스크|편집자/,
    `[/|▶■◆]? ?${OPEN}? ?(?:(?:${DESK}|글|정리|취재|${PLACE}) ?[=|/·ㅣ:] ?|${DESK} )?${REPORTERS}(?: ?${CLOSE})?`,
    `${OPEN}? ?(?:${DESK}|편집자 ?주)(?: ?${CLOSE})?`,
  ),
  ...place(
    "byline",
    "end",
    /(?:기자|특파원|통신원|리포터|객원에디터|팀|부|국|센터|본부|데스크|[|ㅣ/]|[=:]\s?[가-힣]{2,4})\s?[)\]】>〉》]?$/,
    `${AFTER_SENTENCE}[/|▶■◆]? ?${OPEN}? ?(?:(?:${DESK}|글|정리|취재|사진|글·사진|${NAME}) ?[=|/·ㅣ] ?|${DESK} )?${REPORTERS}(?: ?${CLOSE})?`,
    `${AFTER_SENTENCE}${OPEN}? ?${DESK} ?[|ㅣ/]?(?: ?${CLOSE})?`,
    `${AFTER_SENTENCE}(?:by|By|글) ?[=:] ?${NAME}`,
  ),
  ...place(
    "contact-email",
    "line",
    /@/,
    `(?:e-?mail|E-?mail|이메일|메일)? ?[:：]? ?${OPEN}? ?${EMAIL}(?: ?[,/] ?${EMAIL}){0,4} ?${CLOSE}?`,
  ),
  ...place(
    "contact-email",
    "end",
    /@/,
    `(?<=^| |[.!?…)\\]】>〉"'”’가-힣])(?:[|/] ?)?${OPEN}? ?(?:(?:이메일|메일) ?[:：]? ?)?(?<![A-Za-z0-9_%+-])(?<![A-Za-z0-9_%+-]\\.)${EMAIL} ?${CLOSE}?`,
  ),
  ...place(
    "contact-phone",
    "line",
    /0\d/,
    "(?:[☎☏] ?|(?:전화|대표전화|문의|연락처|TEL|Tel|T)[ .:：)]{0,3})\\(? ?0\\d{1,2}\\)?[-.) ]{1,2}\\d{3,4}[-. ]\\d{4}",
  ),
  ...place(
    "contact-phone",
    "end",
    /[☎☏]|전화|TEL|Tel|T[\s.:：)]/,
    `(?<=^| |[.!?…)\\]】>〉])${OPEN}?(?:[☎☏] ?|(?:전화|대표전화|TEL|Tel|T)[ .:：)]{0,3})\\(? ?0\\d{1,2}\\)?[-.) ]{1,2}\\d{3,4}[-. ]\\d{4}${CLOSE}?`,
  ),
  ...place("contact-url", "line", /:\/\/|www\./, "(?:https?://|www\\.)[\\w./?=&%#~+:;,@!-]{3,200}"),
  ...place(
    "contact-url",
    "end",
    /:\/\/|www\./,
    `(?<=^| |[.!?…)\\]】>〉])(?:https?://|www\\.)[\\w/?=&%#~+:;,@!-]{1,80}(?:\\.[\\w/?=&%#~+:;,@!-]{1,40}){0,6}`,
  ),
  ...place(
    "copyright",
    "end",
    /저작권자|opyright|OPYRIGHT|[ⓒ©]|\([cC]\)|무단|eserved|ESERVED|재배포|학습/,
    `${OPEN}? ?(?:저작권자|Copyright|COPYRIGHT|copyright|ⓒ|©|\\([cC]\\)) ?(?:${NOT_SENTENCE}[^▶☞]){0,140}(?<![다요]\\.?["”'’)]?)`,
    `[-=·,/ ]{0,3}${OPEN}? ?(?:본 ?(?:기사|콘텐츠)[^.]{0,20} )?무단 ?(?:전재|복제|배포|도용)(?![는은를을이가한된])(?:${NOT_SENTENCE}[^ⓒ©▶☞]){0,50}(?:금지|금함|금합니다|불허)(?:합니다|됩니다|함)?[^가-힣▶☞]{0,16}`,
    "(?:All|ALL|all) (?:rights?|RIGHTS?|Rights?) (?:reserved|RESERVED|Reserved)\\.?",
    `${AFTER_QUOTE}${OPEN}? ?(?:재배포|AI ?학습)[^.▶☞]{0,30}금지${CLOSE}?\\.?`,
  ),
  ...place(
    "copyright",
    "line",
    /저작권자|opyright|OPYRIGHT|[ⓒ©]|\([cC]\)|무단/,
    `${OPEN}? ?(?:저작권자|Copyright|COPYRIGHT|ⓒ|©|\\([cC]\\))[^\\n]{0,160}`,
    "[^\\n]{0,40}무단 ?(?:전재|복제|배포)[^\\n]{0,40}(?:금지|금합니다|불허)[^\\n]{0,20}",
  ),
  ...place(
    "promotion",
    "end",
    /[▶▷►☞➡👉]|제보|관련|면|구독|추가|팔로우/u,
    `${POINTER}(?! ?[\\d①-⑳])(?:${NOT_SENTENCE}${NOT_POINTER}){1,100}(?<![다요죠까음임함][.!?]?["”'’]?)`,
    `${POINTER} ?(?:${NOT_SENTENCE}${NOT_POINTER}){0,60}?${PROMISING}(?:${NOT_SENTENCE}${NOT_POINTER}){0,80}`,
    `${AFTER_QUOTE}[■□◆※*]? ?${OPEN}? ?(?:기사 ?)?제보(?:는|하기|전화| ?및 ?보도자료| ?[:：])(?:${NOT_SENTENCE}[^▶☞]){0,120}`,
    `${AFTER_QUOTE}[■□◆※*☞]? ?${OPEN}? ?(?:관련|연관) ?기사 ?[:：]? ?(?:[A-Z]?\\d{1,2}(?:[·,] ?\\d{1,2}){0,5}면|보기)? ?${CLOSE}?`,
    `${AFTER_QUOTE}[☞→>] ?[A-Z]?\\d{1,2}면(?:에 계속|에 관련 ?기사| ?참조)?`,
    `${AFTER_QUOTE}${OPEN}?[A-Z]?\\d{1,2}면(?:에 계속|에서 계속)${CLOSE}?`,
    `${AFTER_QUOTE}(?:네이버|카카오|다음|유튜브|뉴스스탠드|모바일)(?:${NOT_SENTENCE}[^.▶☞]){0,60}(?:구독|채널 ?추가|팔로우)(?:하기|하세요|해 ?주세요|해 ?보세요)?[.!]?`,
  ),
  ...place(
    "promotion",
    "line",
    /[▶▷►☞➡👉:：]|제보|(?:관련|연관).?기사|구독|추가|바로가기|다운로드|좋아요/u,
    `${POINTER} ?[^\\n]{0,80}?${PROMISING}[^\\n]{0,100}`,
    `[■□◆※*]? ?${OPEN}? ?(?:기사 ?)?제보(?:는|하기|전화| ?및 ?보도자료| ?[:：])[^\\n]{0,120}`,
    `[■□◆※*☞]? ?${OPEN}? ?(?:관련|연관) ?기사(?: ?[:：][^\\n]{0,100}| ?[A-Z]?\\d{1,2}(?:[·,] ?\\d{1,2}){0,5}면| ?보기)? ?${CLOSE}?`,
    "[^\\n.]{0,60}(?:구독하기|구독하세요|채널 추가|바로가기|앱 ?다운로드|좋아요 누르기)[^\\n가-힣]{0,10}",
    "(?:[☎☏▷*-] ?)?(?:카카오톡|카톡|이메일|유튜브|페이스북|인스타그램|전화|홈페이지) ?[:：] ?[^\\n]{1,60}",
  ),
  ...place(
    "broadcast-marker",
    "line-start",
    NO_HINT,
    `${OPEN} ?(?:앵커|앵커 ?(?:멘트|리포트)|기자|기자 ?멘트|리포트|리포터|아나운서|VCR|인서트|스튜디오|오프닝|클로징)(?: ?[:：])? ?${CLOSE}`,
    "◀ ?(?:앵커|리포트|기자|인터뷰|스튜디오) ?▶",
    "(?:앵커|리포트|기자)(?: ?[:：]|(?=\\n))",
  ),
  ...place(
    "broadcast-marker",
    "anywhere",
    NO_HINT,
    `[\\[【<◀](?<=[.!?] [\\[【<◀]) ?(?:앵커|앵커 ?(?:멘트|리포트)|기자|기자 ?멘트|리포트|VCR) ?[\\]】>▶]`,
  ),
  ...place(
    "broadcast-sign-off",
    "end",
    /(?:입니다|였습니다|이었습니다)\.?$/,
    `${AFTER_QUOTE}(?:지금까지 )?(?:[가-힣]{2,10}에서 )?${STATION} ?(?:뉴스|NEWS)? ?(?:[가-힣]{2,4} ?)?(?:기자)?(?:입니다|이었습니다|였습니다)\\.?`,
    `${AFTER_QUOTE}(?:지금까지 )[가-힣 ]{0,20}${NAME}(?: ?기자)?(?:입니다|이었습니다|였습니다)\\.?`,
  ),
  ...place(
    "broadcast-sign-off",
    "line",
    /니다|기자\./,
    `(?:지금까지 )?(?:[가-힣]{2,10}에서 )?${STATION} ?(?:뉴스|NEWS)? ?(?:[가-힣]{2,4} ?)?(?:기자)?(?:입니다|이었습니다|였습니다)\\.?`,
    `(?:보도에 |취재에 )?${NAME} ?(?:기자|특파원)(?:입니다)?\\.`,
    `(?:보도에 |취재에 )?${NAME} ?(?:기자|특파원)(?:가|의) ?(?:단독 ?)?(?:[가-힣]{1,8} ?)?(?:보도합니다|전합니다|취재했습니다|보도입니다|전해드립니다)\\.?`,
  ),
  ...place(
    "broadcast-credit",
    "end",
    /[:：=/]/,
    `${AFTER_QUOTE}${OPEN}? ?(?:영상 ?취재|영상 ?편집|촬영 ?기자|화면 ?제공|화면 ?출처|자료 ?조사|취재 ?기자|그래픽|CG|VJ|자막|편집|촬영)(?:[·,/ ]{0,3}(?:영상 ?취재|영상 ?편집|영상|편집|그래픽|촬영)){0,2} ?[:：=/] ?[^.=▶☞]{1,80}`,
  ),
  ...place(
    "broadcast-credit",
    "line",
    /[:：=/]/,
    `${OPEN}? ?(?:영상 ?취재|영상 ?편집|촬영 ?기자|화면 ?제공|화면 ?출처|자료 ?조사|취재 ?기자|그래픽|CG|VJ|자막|편집|촬영|연출|구성|진행)(?:[·,/ ]{0,3}(?:영상 ?취재|영상 ?편집|영상|편집|그래픽|촬영)){0,2} ?[:：=/] ?[^\\n]{1,100}`,
  ),
  ...place(
    "notice",
    "end",
    /기사|콘텐츠|뉴스|보도|[※*■◆▶]|우울감/,
    `${AFTER_QUOTE}[※*■◆▶]? ?${OPEN}? ?(?:이|본|해당) ?(?:기사|콘텐츠|뉴스|보도)[는은] (?:${NOT_SENTENCE}[^▶☞]){0,120}?(?:자동|인공지능|AI|로봇|알고리즘|팩트 ?체크|제휴|편집 방향|번역|지원을 받아|후원)(?:${NOT_SENTENCE}[^▶☞]){0,80}`,
    `${AFTER_QUOTE}[※*■◆▶] ?(?:우울감|자살|정신건강|마약|도박|극단적|힘든|학교폭력|가정폭력|성폭력)[^▶☞]{0,220}(?:상담|1393|109|1577-0199|1588-9191|1336|117|1366)[^▶☞]{0,80}`,
    `${AFTER_QUOTE}우울감 등 말하기 어려운 고민이 있거나[^▶☞]{0,260}`,
  ),
  ...place(
    "notice",
    "line",
    /기사|콘텐츠|뉴스|보도|상담|우울감|자살/,
    "[※*■◆▶]? ?(?:이|본|해당) ?(?:기사|콘텐츠|뉴스|보도)[는은] [^\\n]{0,160}?(?:자동|인공지능|AI|로봇|알고리즘|팩트 ?체크|제휴|편집 방향|번역|지원을 받아|후원)[^\\n]{0,100}",
    "(?:[※*■◆▶] ?)?(?:우울감 등 말하기|자살 ?예방 ?(?:상담|핫라인)|정신건강 ?(?:위기)? ?상담)[^\\n]{0,240}",
    "[※*■◆▶] ?(?:우울감|자살|마약|도박|극단적|학교폭력|가정폭력|성폭력)[^\\n]{0,220}(?:상담|1393|109|1577-0199|1588-9191|1336|117|1366)[^\\n]{0,80}",
  ),
  ...place(
    "title-tag",
    "start",
    NO_HINT,
    `[\\[【<〈(] ?${FORMAT_TAG}(?:[·/,|] ?${FORMAT_TAG}){0,2} ?[\\]】>〉)]`,
    "(?:속보|단독) ?[:：|]",
  ),
  ...place(
    "title-tag",
    "end",
    /[\])】>〉보]$/,
    `[\\[【<〈(] ?${FORMAT_TAG}(?:[·/,|] ?${FORMAT_TAG}){0,2} ?[\\]】>〉)]`,
    "(?<=[가-힣.…\"”'’)] ?)종합 ?\\d{1,2}보",
  ),
  ...place(
    "title-tag",
    "line-end",
    /[\]】)]$/,
    `[\\[【(] ?(?:종합|종합 ?\\d{1,2}보|\\d{1,2}보|상보|속보|단독) ?[\\]】)]`,
  ),
  ...place("title-section", "start", NO_HINT, `[\\[【<〈] ?${SECTION_TAG} ?[\\]】>〉]`),
];
