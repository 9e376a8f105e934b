import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { groupReady } from "../../../src/io/group-ready.js";

const sizeOf = (text: string): number => text.length;

async function collect(items: AsyncIterable<string>, limit: number): Promise<(readonly string[])[]> {
  const groups: (readonly string[])[] = [];
  for await (const group of groupReady(items, sizeOf, limit)) groups.push(group);
  return groups;
}

async function* readyItems(...items: readonly string[]): AsyncGenerator<string> {
  yield* items;
}

describe("groupReady", () => {
  it("ends a group when its size reaches the limit", async () => {
    // 1 + 2 = 3; 3 alone; 1 is the rest.
    expect(await collect(readyItems("a", "bb", "ccc", "d"), 3)).toEqual([["a", "bb"], ["ccc"], ["d"]]);
  });

  it("yields nothing for nothing, and an item above the limit alone", async () => {
    expect(await collect(readyItems(), 3)).toEqual([]);
    expect(await collect(readyItems("aaaa", "b"), 3)).toEqual([["aaaa"], ["b"]]);
  });

  it("ends a group where the next item has to be waited for", async () => {
    async function* typed(): AsyncGenerator<string> {
      yield "a";
      yield "b";
      await turn();
      await turn();
      yield "c";
    }
    expect(await collect(typed(), 100)).toEqual([["a", "b"], ["c"]]);
  });

  it("yields what came before a failure, then fails", async () => {
    async function* failing(): AsyncGenerator<string> {
      yield "a";
      yield "b";
      throw new Error("line 3");
    }
    const groups: (readonly string[])[] = [];
    const reading = (async () => {
      for await (const group of groupReady(failing(), sizeOf, 100)) groups.push(group);
    })();
    await expect(reading).rejects.toThrow("line 3");
    expect(groups).toEqual([["a", "b"]]);
  });

  it("closes the source when the reader leaves, without waiting for input that may never come", async () => {
    let isClosed = false;
    async function* items(): AsyncGenerator<string> {
      try {
        yield "a";
        yield "b";
      } finally {
        isClosed = true;
      }
    }
    for await (const _ of groupReady(items(), sizeOf, 1)) break;
    await turn();
    expect(isClosed).toBe(true);

    async function* silent(): AsyncGenerator<string> {
      yield "a";
      await new Promise(() => undefined);
    }
    for await (const group of groupReady(silent(), sizeOf, 100)) {
      expect(group).toEqual(["a"]);
      break;
    }
  });
});
