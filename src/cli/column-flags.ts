import type { Command } from "commander";
import type { ColumnOptions } from "../io/columns.js";

export interface ColumnFlags {
  readonly textColumn?: string;
  readonly titleColumn?: string;
  readonly labelColumn?: string;
}

/** Adds the flags that name the columns of a table of articles. */
export function addColumnFlags(command: Command, { withLabel }: { readonly withLabel: boolean }): void {
  command
    .option("--text-column <name>", "column of the body (default: found by its name, such as 본문, body, text)")
    .option("--title-column <name>", "column of the title (default: found by its name, such as 제목, title)");
  if (withLabel) {
    command.option("--label-column <name>", "column of the label (default: found by its name, such as 분류, category)");
  }
}

/** The columns that the command line named. */
export function columnOptions({ textColumn, titleColumn, labelColumn }: ColumnFlags): ColumnOptions {
  return {
    ...(textColumn === undefined ? {} : { textColumn }),
    ...(titleColumn === undefined ? {} : { titleColumn }),
    ...(labelColumn === undefined ? {} : { labelColumn }),
  };
}
