import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { BatchedOutput } from "../../../src/cli/batched-output.js";
import { DataWriter } from "../../../src/cli/streams.js";

function collect(fail?: NodeJS.ErrnoException): { readonly output: BatchedOutput; readonly writes: string[] } {
  const writes: string[] = [];
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string, _, done) {
      if (fail === undefined) writes.push(chunk);
      done(fail);
    },
  });
  return { output: new BatchedOutput(new DataWriter(stream)), writes };
}

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("BatchedOutput", () => {
  it("puts pieces together and keeps their order", async () => {
    const { output, writes } = collect();
    for (const text of ["a", "b", "c"]) await output.write(text);
    expect(writes).toEqual([]);
    await output.flush();
    expect(writes).toEqual(["abc"]);
  });

  it("hands over what there is when the program waits", async () => {
    const { output, writes } = collect();
    await output.write("question\n");
    await nextTurn();
    await nextTurn();
    expect(writes).toEqual(["question\n"]);
    await output.write("again\n");
    await nextTurn();
    await nextTurn();
    expect(writes).toEqual(["question\n", "again\n"]);
  });

  it("hands over 64 Ki characters at once", async () => {
    const { output, writes } = collect();
    await output.write("x".repeat(65_535));
    expect(writes).toEqual([]);
    await output.write("y");
    expect(writes.map((text) => text.length)).toEqual([65_536]);
  });

  it("reports a failure of the stream at the latest with the last flush", async () => {
    const { output } = collect(Object.assign(new Error("no space left"), { code: "ENOSPC" }));
    await output.write("lost");
    await nextTurn();
    await nextTurn();
    await expect(
      (async () => {
        await output.write("too");
        await output.flush();
        await output.flush();
      })(),
    ).rejects.toMatchObject({ code: "FILE_NO_SPACE" });
  });
});
