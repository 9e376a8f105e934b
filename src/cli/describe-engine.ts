import type { EngineChoice } from "../nn/training-backend.js";

/** What trains, and before it, a line each, why nothing faster does. */
export function describeEngine({ backend, unusable }: EngineChoice): string {
  return [...unusable.map(({ name, reason }) => `not used: ${name}: ${reason}`), `engine: ${backend.name}`].join("\n");
}
