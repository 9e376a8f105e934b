import { writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { NEWS_RULES } from "../../src/text/news-rules.js";
import { runCli, TINY_CORPUS, TINY_TRAINING, useFolder } from "./harness.js";

const inFolder = useFolder();

describe("newsclf clean", () => {
  it("prints one cleaned line for each line of input", async () => {
    const stdin = "[속보] 새 분수 가동\n\n시민들은 반겼다. 무단전재 및 재배포 금지\n";
    expect(await runCli(["clean"], { stdin })).toEqual({
      exitCode: 0,
      stdout: "새 분수 가동\n\n시민들은 반겼다.\n",
      stderr: "",
    });
  });

  it("sets title and body of a CSV apart by a tab", async () => {
    await writeFile(
      inFolder("a.csv"),
      '제목,본문\n새 분수(종합),"(부산=뉴스1) 홍길동 기자 = 분수가 돈다.\n홍길동 기자"\n',
    );
    expect((await runCli(["clean", inFolder("a.csv")])).stdout).toBe("새 분수\t분수가 돈다.\n");
  });

  it("lists with --explain what was taken out and counts it by rule on stderr", async () => {
    await writeFile(inFolder("b.csv"), "title,body\n[속보] 새 분수,분수가 돈다. 홍길동 기자\n");
    expect(await runCli(["clean", inFolder("b.csv"), "--explain"])).toEqual({
      exitCode: 0,
      // "분수가 돈다." has 7 units; the byline of 6 stands behind a space
      stdout: `${inFolder("b.csv")}:2\ttitle\t0\t4\ttitle-tag\t[속보]\n${inFolder("b.csv")}:2\tbody\t8\t14\tbyline\t홍길동 기자\n`,
      stderr: "something was taken out of 1 of 1 documents\n  1  title-tag\n  1  byline\n",
    });
  });

  it("prints JSON on request", async () => {
    const { stdout } = await runCli(["clean", "--text", "[속보] 눈", "--explain", "--format", "json"]);
    expect(JSON.parse(stdout)).toEqual({
      document: "눈",
      removed: [{ part: "title", start: 0, end: 4, rule: "title-tag", text: "[속보]" }],
    });
    expect((await runCli(["clean", "--text", "[속보] 눈", "--format", "json"])).stdout).toBe('{"document":"눈"}\n');
  });

  it("lists its rules", async () => {
    const { stdout } = await runCli(["clean", "--rules"]);
    expect(
      stdout
        .trimEnd()
        .split("\n")
        .map((line) => line.split(" ")[0]),
    ).toEqual(Object.keys(NEWS_RULES));
  });

  it("gives a model the choice that it was trained with", async () => {
    const scores = async (clean: string) => {
      const model = inFolder(`${clean}.newsclf`);
      const places = ["-o", model, "--report", inFolder("report")];
      await runCli(["train", TINY_CORPUS, ...places, ...TINY_TRAINING, "--clean", clean]);
      const stdin = "금리가 올랐다. 선수 기자\n금리가 올랐다.\n";
      const { stdout } = await runCli(["classify", "-m", model, "-"], { stdin });
      return stdout.trimEnd().split("\n");
    };
    // 선수 is a word of the sports articles; in the place of a reporter's name it is no part of the text.
    const [cleaned, plain] = await scores("news");
    expect(cleaned).toBe(plain);
    const [uncleaned, same] = await scores("none");
    expect(uncleaned).not.toBe(same);
  });
});
