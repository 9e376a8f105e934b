import { type Command, Option } from "commander";
import { BatchedOutput } from "./batched-output.js";
import { STANDARD_INPUT } from "./input-choice.js";
import { addInputFlags, checkInputFlags, type InputFlags, readLabeled } from "./input-flags.js";
import type { CommandStreams } from "./streams.js";

const FORMATS = ["fasttext-labels"] as const;

interface ConvertFlags extends InputFlags {
  readonly from?: (typeof FORMATS)[number];
  readonly to?: (typeof FORMATS)[number];
}

async function convertFromFasttext(paths: readonly string[], { stdin, output }: CommandStreams): Promise<void> {
  const [{ fromStream, openFile }, { readLines }, { formatCsvRow }, { parseFasttextLine }] = await Promise.all([
    import("../io/files.js"),
    import("../io/read-lines.js"),
    import("../io/format-csv.js"),
    import("../io/fasttext-labels.js"),
  ]);
  const batch = new BatchedOutput(output);
  await batch.write(formatCsvRow(["label", "text"]));
  for (const path of paths) {
    const source = path === STANDARD_INPUT ? fromStream("standard input", stdin) : openFile(path);
    let line = 0;
    for await (const text of readLines(source)) {
      line++;
      const parsed = parseFasttextLine(text, { source: source.name, line });
      if (parsed !== null) await batch.write(formatCsvRow([parsed.label, parsed.text]));
    }
  }
  await batch.flush();
}

async function convertToFasttext(
  paths: readonly string[],
  flags: ConvertFlags,
  streams: CommandStreams,
): Promise<void> {
  const [{ formatFasttextLine }, { toDocument }] = await Promise.all([
    import("../io/fasttext-labels.js"),
    import("../text/article.js"),
  ]);
  const batch = new BatchedOutput(streams.output);
  await readLabeled(paths, flags, streams, async (reader) => {
    for await (const { article, source, line } of reader) {
      await batch.write(formatFasttextLine({ label: article.label, text: toDocument(article) }, { source, line }));
    }
  });
  await batch.flush();
}

/** Adds `newsclf convert <files...>`. */
export function addConvertCommand(program: Command, streams: CommandStreams): void {
  const command = program
    .command("convert")
    .description(
      "turn fastText's labelled lines into CSV, or tables of articles into such lines; the result goes to stdout",
    )
    .argument("<files...>", "lines such as `__label__경제 text` (--from), or tables of articles with labels (--to)")
    .addOption(new Option("--from <format>", "what the files are").choices(FORMATS).conflicts("to"))
    .addOption(new Option("--to <format>", "what the tables become").choices(FORMATS));
  addInputFlags(command, { withLabel: true });
  command.action((paths: readonly string[], flags: ConvertFlags) => {
    checkInputFlags(command, flags);
    if (flags.from !== undefined) return convertFromFasttext(paths, streams);
    if (flags.to !== undefined) return convertToFasttext(paths, flags, streams);
    return command.error("error: say what to convert: --from fasttext-labels or --to fasttext-labels");
  });
}
