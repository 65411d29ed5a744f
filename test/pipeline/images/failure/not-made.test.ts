import { describe, expect, it } from "vitest";
import { explainNotMade } from "../../../../server/pipeline/images/failure/not-made.ts";
import { BuildFailed } from "../../../../server/ports/engine/images.ts";

const expected = { path: "dist/index.js", hint: "scripts.start starts it." };
const failed = (step: string) => new BuildFailed("it failed", { step, exitCode: 1 });

describe("a build that made something else", () => {
  it("is recognised by the command that looks for the program", () => {
    const error = failed(
      "test -f dist/index.js || { echo 'The build did not create dist/index.js. It created:'; exit 1; }",
    );
    expect(explainNotMade({ expected }, error)).toEqual({
      message: "the build did not create dist/index.js",
      hint: expected.hint,
    });
  });

  it("is not what failed where another command did, or nothing was expected", () => {
    expect(explainNotMade({ expected }, failed("npm run build"))).toBeNull();
    expect(explainNotMade({ expected: null }, failed("test -f a"))).toBeNull();
    expect(explainNotMade({ expected }, new BuildFailed("no space left on device", {}))).toBeNull();
  });
});
