/**
 * Most threads that share the work. Each takes 13 to 18 MB whether it has work or not (2026-11-29, Node 20.20), and one of them reads,
 * writes and leads, so that more would wait for it.
 */
export const MAX_WORKERS = 64;
