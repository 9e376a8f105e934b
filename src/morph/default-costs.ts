/**
 * Word costs by tag and semantic class: what mecab-dict-index 0.996/ko-0.9.2 gives, with mecab-ko-dic 2.1.1's model, to
 * an entry without a cost whose reading the model has not seen. A reading that it has seen would add to it; fused tags
 * and those whose cost hangs on the reading alone (particles, bound nouns) are not here.
 * Frozen by tools/make-user-dictionary-golden.py.
 */
const DEFAULT_COSTS: Readonly<Record<string, number>> = {
  "NNG,*": 2639,
  "NNG,상태변화": 5263,
  "NNG,장소": 5082,
  "NNG,정적사태": 4684,
  "NNG,행위": 4839,
  "NNP,*": 2953,
  "NNP,인명": 5472,
  "NNP,지명": 5497,
  "NP,*": 3646,
  "NR,*": 2706,
  "VV,*": 4456,
  "VA,*": 4035,
  "VX,*": 4511,
  "VCN,*": 2839,
  "XR,*": 4982,
  "XPN,*": 4615,
  "XSV,*": 5344,
  "XSA,*": 3870,
  "MAG,*": 4017,
  "MAG,성분부사|공간부사": 4548,
  "MAG,성분부사|부정부사": 3138,
  "MAG,성분부사|시간부사": 2779,
  "MAG,성분부사|양태부사": 3337,
  "MAG,성분부사|정도부사": 2164,
  "MAG,문장부사|시간부사": 4020,
  "MAG,문장부사|양상부사": 2564,
  "MAG,문장부사|접속부사": 2985,
  "MAG,문장부사|정도부사": 4055,
  "MAJ,*": 2931,
  "IC,*": 4380,
  "EC,*": 2124,
  "EF,*": 3990,
  "EP,*": 1874,
  "ETN,*": 2394,
  "SL,*": 824,
};

/** Cost of an entry that gives none; null where there is no constant for its tag and semantic class. */
export function defaultCost(tag: string, semantic: string): number | null {
  const key = `${tag},${semantic}`;
  return Object.hasOwn(DEFAULT_COSTS, key) ? DEFAULT_COSTS[key]! : null;
}
