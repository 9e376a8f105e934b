import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { countProcessors, mapInOrder, WorkerThread } from "../../../src/io/worker-threads.js";

const FILE = new URL("../../fixtures/worker-threads/worker.js", import.meta.url);

type Work = { readonly kind: string; readonly value?: unknown };

const open: WorkerThread<Work, unknown>[] = [];

function start(init: object = { greeting: "안녕" }, file = FILE): WorkerThread<Work, unknown> {
  const worker = new WorkerThread<Work, unknown>(`test ${open.length + 1}`, file, init);
  open.push(worker);
  return worker;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((worker) => worker.close()));
});

describe("WorkerThread", () => {
  it("answers requests in their order with what the thread was given at the start", async () => {
    const worker = start();
    const answers = [worker.request({ kind: "wait", value: 20 }), worker.request({ kind: "greet", value: "하나" })];
    expect(worker.nOpen).toBe(2);
    expect(await Promise.all(answers)).toEqual([20, "안녕 하나"]);
    expect(worker.nOpen).toBe(0);
  });

  it("moves what is to be transferred both ways", async () => {
    const numbers = Float64Array.of(1, 2, 3);
    const answer = await start().request({ kind: "double", value: numbers }, [numbers.buffer]);
    expect(answer).toEqual(Float64Array.of(2, 4, 6));
    expect(numbers.length).toBe(0);
  });

  it("passes on errors thrown on purpose with their code, and goes on", async () => {
    const worker = start();
    await expect(worker.request({ kind: "refuse" })).rejects.toMatchObject({
      code: "DATASET_EMPTY",
      message: "refused in this test",
    });
    expect(await worker.request({ kind: "greet", value: "둘" })).toBe("안녕 둘");
  });

  it("reports other errors of a request with the thread's name and the cause", async () => {
    const worker = start();
    await expect(worker.request({ kind: "throw", value: "셋" })).rejects.toMatchObject({
      name: "WorkerError",
      code: "WORKER_FAILED",
      worker: "test 1",
      cause: expect.objectContaining({ message: "thrown for 셋" }),
    });
  });

  it.each([
    ["exits", "exit", "it exited with code 7"],
    ["throws outside of a request", "later", "thrown outside of a request"],
  ])("fails all open and later requests when the thread %s", async (_, kind, message) => {
    const worker = start();
    const requests = [worker.request({ kind, value: 7 }), worker.request({ kind: "wait", value: 60_000 })];
    for (const { status, reason } of (await Promise.allSettled(requests)) as PromiseRejectedResult[]) {
      // The first may have been answered before the thread died of it.
      if (status === "rejected") expect(reason).toMatchObject({ code: "WORKER_FAILED" });
    }
    await expect(requests[1]).rejects.toThrow(message);
    await expect(worker.request({ kind: "greet" })).rejects.toThrow(message);
  });

  it("fails requests with the reason why the thread could not start", async () => {
    await expect(start({ refuses: true }).request({ kind: "greet" })).rejects.toMatchObject({ code: "KERNEL_MEMORY" });
    const missing = start({}, new URL("none.js", FILE));
    await expect(missing.request({ kind: "greet" })).rejects.toMatchObject({ code: "WORKER_FAILED" });
  });

  it("fails requests with the reason why the system did not give a thread", async () => {
    // A function cannot be handed to a thread: its constructor throws, as it does where no thread is left.
    const worker = start({ greet: () => undefined });
    await expect(worker.request({ kind: "greet" })).rejects.toMatchObject({
      code: "WORKER_FAILED",
      worker: worker.name,
    });
    await worker.close();
  });

  it("fails requests that are open when it is closed, and later ones", async () => {
    const worker = start();
    const request = worker.request({ kind: "wait", value: 60_000 });
    const refused = expect(request).rejects.toThrow("it has been closed");
    await worker.close();
    await refused;
    await expect(worker.request({ kind: "greet" })).rejects.toThrow("it has been closed");
  });

  it("keeps the process alive until it is closed, also when an answer comes in between", async () => {
    const program = fileURLToPath(new URL("late-answer.js", FILE));
    const { stdout } = await promisify(execFile)(process.execPath, [program]);
    expect(stdout).toBe("WORKER_FAILED\nclosed\n");
  });
});

describe("mapInOrder", () => {
  it("yields answers in the order of the requests, whichever thread is done first", async () => {
    const workers = [start(), start()];
    const waits = [30, 0, 20, 1, 10, 2, 0, 5];
    const answers: unknown[] = [];
    async function* requests(): AsyncGenerator<Work> {
      for (const value of waits) yield { kind: "wait", value };
    }
    for await (const answer of mapInOrder(workers, requests())) answers.push(answer);
    expect(answers).toEqual(waits);
  });

  it("draws requests only as threads come free", async () => {
    let nDrawn = 0;
    async function* requests(): AsyncGenerator<Work> {
      for (; nDrawn < 100; nDrawn++) yield { kind: "wait", value: 0 };
    }
    const answers = mapInOrder([start()], requests());
    await answers.next();
    // Two open ones for each thread.
    expect(nDrawn).toBeLessThanOrEqual(2);
    await answers.return();
  });

  it("yields an answer while the next request is still to come", async () => {
    async function* requests(): AsyncGenerator<Work> {
      yield { kind: "greet", value: "하나" };
      await new Promise(() => undefined);
    }
    const answers = mapInOrder([start(), start()], requests());
    expect(await answers.next()).toEqual({ value: "안녕 하나", done: false });
  });

  it("throws what a request fails with and closes the source", async () => {
    let isClosed = false;
    async function* requests(): AsyncGenerator<Work> {
      try {
        yield { kind: "greet", value: 1 };
        yield { kind: "throw", value: 2 };
        for (;;) yield { kind: "greet", value: 3 };
      } finally {
        isClosed = true;
      }
    }
    const answers = mapInOrder([start(), start()], requests());
    const drain = async (): Promise<void> => {
      while (!(await answers.next()).done);
    };
    await expect(drain()).rejects.toThrow("thrown for 2");
    expect(isClosed).toBe(true);
  });
});

describe("countProcessors", () => {
  it("is a positive number", () => {
    expect(countProcessors()).toBeGreaterThanOrEqual(1);
  });
});
