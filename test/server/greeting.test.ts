import { expect, test } from "vitest";
import { greeting } from "../../server/greeting.ts";

const facts = {
  publicUrl: new URL("http://127.0.0.1:4000"),
  appAddress: "http://<product>.localhost:8080",
  tookMs: 900,
};

test("the note on a new token stands under the token", () => {
  const lines = greeting({ ...facts, newToken: "baton_new" }).split("\n");
  const index = lines.findIndex((line) => line.includes("Sign in"));
  expect(lines[index + 1]?.search(/\S/)).toBe(lines[index]?.indexOf("baton_new"));
});
