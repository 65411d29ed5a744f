import { describe, expect, it } from "vitest";
import { newerSyntaxIn } from "../../../builder/dockerfile/newer-syntax.ts";

describe("what an old engine does not understand in a Dockerfile", () => {
  it.each([
    ["FROM a\nRUN <<EOF\necho\nEOF", 2, "a here-document (RUN <<EOF)"],
    ["FROM a\n\nCOPY <<-'END' /etc/x\nEND", 3, "a here-document (COPY <<-'END' /etc/x)"],
    [
      "FROM a\nRUN --mount=type=cache,target=/x bash <<EOF\nEOF",
      2,
      "a here-document (RUN --mount=type=cache,target=/x bash <<EOF)",
    ],
    ["FROM a\nCOPY --chown=1:1 --link . /app", 2, "--link (COPY --chown=1:1 --link . /app)"],
    ["FROM a\nADD --checksum=sha256:1 http://a /b", 2, "a flag of ADD (ADD --checksum=sha256:1 http://a /b)"],
  ])("is found with its line: %j", (dockerfile, line, feature) => {
    expect(newerSyntaxIn(dockerfile)).toEqual({ line, feature });
  });

  it.each(["RUN echo $((1<<2))", "# RUN <<EOF", "COPY --from=build /a /link", "RUN --mount=type=cache,target=/x true"])(
    "is not found in %s",
    (line) => {
      expect(newerSyntaxIn(`FROM a\n${line}\n`)).toBeNull();
    },
  );
});
