/** The parts of npm `natural` that tools/bundle-natural.ts bundles into assets/natural.js. */
declare module "#natural" {
  export const PorterStemmer: {
    /** Porter (1980) stem of a word; lower-cases it. */
    stem(word: string): string;
  };
  export const englishStopWords: readonly string[];
}
