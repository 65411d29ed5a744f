import { describe, expect, it } from "vitest";
import { pendingVariables } from "../../../server/rules/settings/pending-variables.ts";

describe("variables that are not live yet", () => {
  it("are those with another value, new and removed ones; which of them builds get is known by name and mark", () => {
    const version = { variables: { VITE_A: "1", KEPT: "1", GONE: "1", PIP_INDEX_URL: "x" } };
    const variables = { VITE_A: "2", KEPT: "1", NEW: "1", MARKED: "1", PIP_INDEX_URL: "x" };
    expect(pendingVariables(version, { variables, marks: { MARKED: true } })).toEqual({
      names: ["GONE", "MARKED", "NEW", "VITE_A"],
      inBuilds: ["MARKED", "VITE_A"],
    });
  });

  it("are also those that builds get from now on, or no longer, whatever their value", () => {
    const variables = { VITE_A: "1", NPM_TOKEN: "1" };
    const version = { variables, buildSettings: { marks: {}, rootDirectory: "" } };
    const marks = { VITE_A: false, NPM_TOKEN: true };
    expect(pendingVariables(version, { variables, marks }).inBuilds).toEqual(["NPM_TOKEN", "VITE_A"]);
    expect(pendingVariables(version, { variables, marks: { VITE_A: true } }).names).toEqual([]);
    expect(pendingVariables({ variables }, { variables, marks }).names).toEqual([]);
  });
});
