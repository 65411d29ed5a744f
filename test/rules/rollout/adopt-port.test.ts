import { describe, expect, it } from "vitest";
import { adoptedPortNote, adoptPort } from "../../../server/rules/rollout/adopt-port.ts";

const undeclared = { kind: "web", port: 3000, portDeclared: false } as const;
const open = (port: number) => ({ port, loopbackOnly: false });
const loopback = (port: number) => ({ port, loopbackOnly: true });

describe("the port that an app opened instead of the one it was given", () => {
  it("is used when it is the only one and nobody named another", () => {
    expect(adoptPort(undeclared, [open(5005)])).toBe(5005);
    expect(adoptPort(undeclared, [open(5005), open(5005)])).toBe(5005);
    expect(adoptPort(undeclared, [loopback(9229), open(5005)])).toBe(5005);
  });

  it.each([
    ["two can be reached", [open(5005), open(9090)]],
    ["none can be reached", [loopback(5005)]],
    ["none is open yet", []],
    ["it also listens where it should", [open(3000), open(9090)]],
    ["it listens where it should, though only on its loopback", [loopback(3000), open(9090)]],
    ["that cannot be known", null],
  ])("is left alone where %s", (_, listening) => {
    expect(adoptPort(undeclared, listening)).toBeNull();
  });

  it("is left alone where somebody named a port", () => {
    expect(adoptPort({ ...undeclared, portDeclared: true }, [open(5005)])).toBeNull();
  });

  it("is looked for with web services alone", () => {
    expect(adoptPort({ kind: "worker", port: null, portDeclared: false }, [open(5005)])).toBeNull();
    expect(adoptPort({ kind: "tcp", port: 5432, portDeclared: false }, [open(5005)])).toBeNull();
  });

  it("is reported in a sentence", () => {
    expect(adoptedPortNote({ name: "web", port: 3000 }, 5005)).toBe(
      "web listens on port 5005 instead of 3000 (PORT), and nothing else says which one to use, so Baton uses 5005. Set port: 5005 in baton.yaml to use it from the start",
    );
  });
});
