import { describe, expect, it } from "vitest";
import { newerSyntaxIn } from "../../../builder/dockerfile/newer-syntax.ts";

describe("what an old engine does not understand in a Dockerfile", () => {
  it.each([
    ["FROM a\nRUN <<EOF\necho\nEOF", 2, "a here-document (RUN <<EOF)", "23.0"],
    ["FROM a\n\nCOPY <<-'END' /etc/x\nEND", 3, "a here-document (COPY <<-'END' /etc/x)", "23.0"],
    [
      "FROM a\nRUN --mount=type=cache,target=/x bash <<EOF\nEOF",
      2,
      "a here-document (RUN --mount=type=cache,target=/x bash <<EOF)",
      "23.0",
    ],
    ["FROM a\nCOPY --chown=1:1 --link . /app", 2, "--link (COPY --chown=1:1 --link . /app)", "23.0"],
    ["FROM a\nADD --checksum=sha256:1 http://a /b", 2, "a flag of ADD (ADD --checksum=sha256:1 http://a /b)", "25.0"],
    [
      "FROM a\nHEALTHCHECK --start-interval=1s CMD x",
      2,
      "--start-interval (HEALTHCHECK --start-interval=1s CMD x)",
      "25.0",
    ],
    ["FROM a\nADD --unpack=true a.tar /", 2, "--unpack (ADD --unpack=true a.tar /)", "28.3"],
    ["FROM a\nCOPY --exclude=*.md . /", 2, "--exclude (COPY --exclude=*.md . /)", "28.5"],
    ["FROM a\nCOPY --parents a/b /", 2, "--parents (COPY --parents a/b /)", "29.1"],
  ])("is found with its line: %j", (dockerfile, line, feature, since) => {
    expect(newerSyntaxIn(dockerfile)).toEqual([{ line, feature, since }]);
  });

  it("is found as often as it is there", () => {
    expect(newerSyntaxIn("FROM a\nCOPY --link a b\nCOPY --link --parents c d").map(({ since }) => since)).toEqual([
      ...["23.0", "23.0", "29.1"],
    ]);
  });

  it.each(["RUN echo $((1<<2))", "# RUN <<EOF", "COPY --from=build /a /link", "RUN --mount=type=cache,target=/x true"])(
    "is not found in %s",
    (line) => {
      expect(newerSyntaxIn(`FROM a\n${line}\n`)).toEqual([]);
    },
  );
});
