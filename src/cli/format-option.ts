import { Option } from "commander";

export type OutputFormat = "text" | "json";

/** `--format text|json`, the same for every command. */
export function formatOption(): Option {
  return new Option("--format <format>", "text for people, json for programs")
    .choices(["text", "json"])
    .default("text");
}
