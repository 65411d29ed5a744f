import { describe, expect, it } from "vitest";
import { explainOldFrontend } from "../../../../server/pipeline/images/failure/old-frontend.ts";
import { BuildFailed } from "../../../../server/ports/engine/images.ts";

const hereDocument = { line: 4, feature: "a here-document (RUN <<EOF)", since: "23.0" };
const parents = { line: 7, feature: "--parents (COPY --parents a b)", since: "29.1" };
const withHereDocument = { dockerfile: "Dockerfile", newerSyntax: [hereDocument] };
const plain = { dockerfile: "Dockerfile", newerSyntax: [] };
const notParsed = new BuildFailed("dockerfile parse error line 5: unknown instruction: ECHO", {});
const noFrontend = new BuildFailed("no registry responded", { missingBase: "docker/dockerfile:1" });

describe("a Dockerfile that the engine's frontend is too old for", () => {
  it("is recognised by the engine's version and the line", () => {
    expect(explainOldFrontend(withHereDocument, notParsed, "20.10.24")).toEqual({
      message: "Docker 20.10.24 does not understand line 4 of Dockerfile: it has a here-document (RUN <<EOF)",
      hint: expect.stringContaining("Update Docker to 23 or newer"),
    });
  });

  it("is told with the first line that this engine does not understand, and what it takes", () => {
    const both = { dockerfile: "Dockerfile", newerSyntax: [hereDocument, parents] };
    expect(explainOldFrontend(both, notParsed, "28.5.2")).toEqual({
      message: "Docker 28.5.2 does not understand line 7 of Dockerfile: it has --parents (COPY --parents a b)",
      hint: expect.stringContaining("Update Docker to 29.1 or newer"),
    });
    expect(explainOldFrontend(both, notParsed, "29.1.0")).toBeNull();
  });

  it("needs the frontend that its syntax line names, where that cannot be pulled", () => {
    expect(explainOldFrontend(withHereDocument, noFrontend, "20.10.24")?.hint).toMatch(
      /^Docker 20\.10\.24 needs it, because line 4 has a here-document/,
    );
    expect(explainOldFrontend(plain, noFrontend, "20.10.24")?.hint).toMatch(/remove the line, or make the registry/);
    expect(explainOldFrontend(withHereDocument, noFrontend, "28.1.0")?.hint).toMatch(/remove the line/);
  });

  it.each([
    ["the engine is new", withHereDocument, notParsed, "28.1.0"],
    ["nothing newer is in it", plain, notParsed, "20.10.24"],
    ["a command of it failed", withHereDocument, new BuildFailed("a", { step: "RUN a", exitCode: 1 }), "20.10.24"],
    ["a base is missing", withHereDocument, new BuildFailed("a", { missingBase: "node:1" }), "20.10.24"],
  ])("is not the reason where %s", (_, recipe, error, version) => {
    expect(explainOldFrontend(recipe, error, version)).toBeNull();
  });
});
