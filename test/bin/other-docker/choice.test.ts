import { expect, test } from "vitest";
import { daemonConfig, parseChoice } from "../../../bin/other-docker/choice.mjs";

test("a version is named by its number, and its store by a word after it", () => {
  expect(parseChoice("26")).toEqual({ name: "26", major: 26, store: "graph" });
  expect(parseChoice("28-containerd")).toEqual({ name: "28-containerd", major: 28, store: "containerd" });
});

test.each([
  ["", "Which version of Docker?"],
  ["28.5", '"28.5" is no version of Docker.'],
  ["new", '"new" is no version of Docker.'],
  ["28-overlay", '"28-overlay" is no version of Docker.'],
])("%j is refused with what is accepted", (text, sentence) => {
  const accepted = "a major version, such as 26, and one with containerd's image store, such as 28-containerd.";
  expect(() => parseChoice(text)).toThrow(`${sentence} Accepted are ${accepted}`);
});

test("containerd's store is refused for a Docker that does not have it", () => {
  expect(() => parseChoice("20-containerd")).toThrow("Docker 20 has no containerd image store; 24 and newer have it.");
});

test("a daemon is told its store, unless it knows only one", () => {
  const storeOf = (text: string) => daemonConfig(parseChoice(text));
  expect(storeOf("28-containerd")).toEqual({ features: { "containerd-snapshotter": true } });
  expect(storeOf("28")).toEqual({ features: { "containerd-snapshotter": false } });
  expect(storeOf("20")).toEqual({});
});
