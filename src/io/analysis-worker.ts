/** A worker thread of an AnalyzerPool: analyses what it is given, on the dictionary that it shares. */

import type { TermBatch } from "../features/term-log.js";
import { createWasmNumbering } from "../kernels/wasm-numbering.js";
import { TokenLayout, type TokenLayoutName } from "../morph/token-layout.js";
import type { Resolved } from "../options/resolve-options.js";
import type { TermOptions } from "../options/train-options.js";
import { createGroupAnalyzer, type GroupAnalyzer } from "../training/document-analyzer.js";
import { openTokenizer, type TokenizerShare } from "./tokenizer-share.js";
import { type Answer, serveRequests } from "./worker-threads.js";

/** What every worker of a pool is given. */
export interface AnalysisInit {
  readonly tokenizer: TokenizerShare;
  /** Whose numbers the terms get; another one for each worker. */
  readonly numbering: number;
  /** The module of the kernels that number terms. */
  readonly module: Uint8Array;
}

export type AnalysisRequest =
  /** Texts → the bytes of their lines of output. */
  | { readonly kind: "render"; readonly layout: TokenLayoutName; readonly texts: readonly string[] }
  /** Documents → their terms; terms are numbered anew with each run. */
  | {
      readonly kind: "terms";
      readonly run: number;
      readonly options: Resolved<TermOptions>;
      readonly documents: readonly string[];
    };

export type AnalysisResponse = Uint8Array | TermBatch;

serveRequests<AnalysisInit, AnalysisRequest, AnalysisResponse>(({ tokenizer: share, numbering, module }) => {
  const kernels = createWasmNumbering(module);
  const tokenizer = openTokenizer(share);
  const encoder = new TextEncoder();
  const layouts = new Map<TokenLayoutName, TokenLayout>();
  let termRun: { readonly run: number; readonly analyzeGroup: GroupAnalyzer } | null = null;

  const render = (name: TokenLayoutName, texts: readonly string[]): Answer<Uint8Array> => {
    let layout = layouts.get(name);
    if (layout === undefined) {
      layout = new TokenLayout(tokenizer, name);
      layouts.set(name, layout);
    }
    let rendered = "";
    for (const text of texts) rendered += layout.render(text);
    const response = encoder.encode(rendered);
    return { response, transfer: [response.buffer as ArrayBuffer] };
  };

  return (request) => {
    if (request.kind === "render") return render(request.layout, request.texts);
    const { run, options, documents } = request;
    if (termRun?.run !== run)
      termRun = { run, analyzeGroup: createGroupAnalyzer(tokenizer, options, numbering, kernels) };
    const response = termRun.analyzeGroup(documents);
    const { termNumbers, documentEnds } = response;
    return { response, transfer: [termNumbers.buffer as ArrayBuffer, documentEnds.buffer as ArrayBuffer] };
  };
});
