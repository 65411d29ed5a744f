import { expect, test } from "vitest";
import { greeting } from "../../../server/boot/welcome/greeting.ts";

const facts = {
  publicUrl: new URL("http://127.0.0.1:4000"),
  appAddress: "http://<product>.localhost:8080",
  tookMs: 900,
  firstLink: null,
};

test("the notes on a new token and on the first link stand under them", () => {
  const firstLink = "http://127.0.0.1:4000/join/secret";
  const lines = greeting({ ...facts, newToken: "baton_new", firstLink }).split("\n");
  for (const [name, value] of [
    ["Token", "baton_new"],
    ["Sign in", firstLink],
  ] as const) {
    const index = lines.findIndex((line) => line.includes(name));
    expect(lines[index + 1]?.search(/\S/), name).toBe(lines[index]?.indexOf(value));
  }
});

test("once somebody has an account, no start prints a link or a token", () => {
  const text = greeting({ ...facts, newToken: null });
  expect(text).toContain("    Sign in     with your e-mail address and password");
  expect(text).not.toMatch(/join|Token/);
});

test("the line to push with holds no token: git asks for it", () => {
  for (const newToken of ["baton_new", null]) {
    const text = greeting({ ...facts, newToken });
    expect(text).toContain("    Deploy      git push http://x@127.0.0.1:4000/git/my-app.git main\n");
    expect(text).toContain("(when git asks for a password, enter the token)");
    expect(text.split("baton_new")).toHaveLength(newToken === null ? 1 : 2);
  }
});

test("a public address without https causes a warning, and one of this machine does not", () => {
  const textFor = (url: string) => greeting({ ...facts, newToken: null, publicUrl: new URL(url) });
  expect(textFor("http://baton.example.com")).toContain(
    "Warning     Passwords and tokens are sent unencrypted to this address",
  );
  expect(textFor("http://192.0.2.7:4000")).toContain("Warning");
  for (const url of ["https://baton.example.com", "http://127.0.0.1:4000", "http://[::1]:4000", "http://b.localhost"]) {
    expect(textFor(url), url).not.toContain("Warning");
  }
});
