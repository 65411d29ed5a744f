import { expect, test } from "vitest";
import { looksLikeError } from "../../../server/rules/diagnosis/looks-like-error.ts";

test.each([
  "Error: listen EADDRINUSE: address already in use :::3000",
  "npm error code ELIFECYCLE",
  "\u001b[31mERROR\u001b[0m could not connect",
  "Traceback (most recent call last):",
  "panic: runtime error: index out of range",
  "TypeError: x is not a function",
  "2026-01-31T12:00:00Z FATAL database gone",
  "connect ECONNREFUSED 127.0.0.1:5432",
  "level=error msg=no",
])("%j is one that people look for", (line) => expect(looksLikeError(line)).toBe(true));

test.each([
  "GET /errors 200 3 ms",
  "Found 0 errors. Watching for file changes.",
  "built without errors",
  "tests: 12 passed, failed: 0",
  "COPY error-pages ./",
  "listening on port 3000",
  "",
])("%j is none", (line) => expect(looksLikeError(line)).toBe(false));
