import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { DataWriter, MessageWriter, OutputClosed } from "../../../src/cli/streams.js";
import { FileError } from "../../../src/errors.js";
import { errorOf } from "../io/streams.js";

const systemError = (code: string): Error => Object.assign(new Error(`${code}: made for this test`), { code });

/** A stream whose writes fail as those of a pipe do: later, by an event. */
function failingLater(code: string): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => setImmediate(done, systemError(code)) });
}

/** A stream whose writes fail as those of a file as stdout do: at once, by throwing. */
function failingAtOnce(code: string): Writable {
  const stream = new Writable();
  stream.write = () => {
    throw systemError(code);
  };
  return stream;
}

describe("DataWriter", () => {
  it("waits while the reader is slower", async () => {
    const waiting: (() => void)[] = [];
    const stream = new Writable({ highWaterMark: 4, write: (_chunk, _encoding, done) => waiting.push(done) });
    const writer = new DataWriter(stream);
    let isDone = false;
    const writing = writer.write("a long line\n").then(() => {
      isDone = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isDone).toBe(false);
    waiting.shift()?.();
    await writing;
    expect(stream.listenerCount("drain")).toBe(0);
    expect(stream.listenerCount("close")).toBe(0);
  });

  it("finishes only when all is written", async () => {
    const written: string[] = [];
    const stream = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        setImmediate(() => {
          written.push(chunk.toString());
          done();
        });
      },
    });
    const writer = new DataWriter(stream);
    await writer.write("가");
    await writer.write("나");
    await writer.finish();
    expect(written.join("")).toBe("가나");
  });

  it.each([
    ["later", failingLater],
    ["at once", failingAtOnce],
  ])("ends quietly when the reader went away, which shows %s", async (_, makeStream) => {
    const writer = new DataWriter(makeStream("EPIPE"));
    const error = await errorOf(writer.write("가").then(() => writer.finish()));
    expect(error).toBeInstanceOf(OutputClosed);
  });

  it.each([
    ["later", failingLater],
    ["at once", failingAtOnce],
  ])("says that the place is full, which shows %s", async (_, makeStream) => {
    const writer = new DataWriter(makeStream("ENOSPC"));
    const error = await errorOf(writer.write("가").then(() => writer.finish()));
    expect(error).toBeInstanceOf(FileError);
    expect(error).toMatchObject({ code: "FILE_NO_SPACE", path: "standard output" });
  });

  it("stops at the first failure", async () => {
    const writer = new DataWriter(failingLater("ENOSPC"));
    await errorOf(writer.write("가").then(() => writer.finish()));
    expect(await errorOf(writer.write("나"))).toMatchObject({ code: "FILE_NO_SPACE" });
  });
});

describe("MessageWriter", () => {
  it.each([
    ["later", failingLater],
    ["at once", failingAtOnce],
  ])("goes on when nobody can read the messages, which shows %s", async (_, makeStream) => {
    const stream = makeStream("EPIPE");
    const messages = new MessageWriter(stream);
    messages.write("loss 0.3");
    await new Promise((resolve) => setImmediate(resolve));
    messages.write("loss 0.2");
    await new Promise((resolve) => setImmediate(resolve));
    expect(messages.isTerminal).toBe(false);
    expect(messages.columns).toBeNull();
  });
});
