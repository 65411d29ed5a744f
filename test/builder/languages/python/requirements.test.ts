import { describe, expect, it } from "vitest";
import { readRequirements } from "../../../../builder/languages/python/requirements.ts";
import { tree } from "../../tree.ts";

const read = (text: string, others: Readonly<Record<string, string>> = {}) =>
  readRequirements(tree({ "requirements.txt": text, ...others }), "requirements.txt");

describe("a list of packages", () => {
  it("has what its lines name, comments and options apart", async () => {
    const text =
      "# ours\nflask==3.1.0  # the web\n--extra-index-url https://example.com/simple\ngunicorn \\\n  --hash=sha256:1\n";
    expect(await read(text)).toEqual({
      files: ["requirements.txt"],
      packages: ["flask==3.1.0", "gunicorn    --hash=sha256:1"],
      namesSource: false,
    });
  });

  it("includes others, by their place, once", async () => {
    const found = await read("-r requirements/web.txt\n--constraint=pins.txt\n", {
      "requirements/web.txt": "-r base.txt\nflask\n",
      "requirements/base.txt": "-r web.txt\nredis==5.0\n",
      "pins.txt": "flask==3.1.0\n",
    });
    expect(found?.files).toEqual(["requirements.txt", "requirements/web.txt", "requirements/base.txt", "pins.txt"]);
    expect(found?.packages).toEqual(["redis==5.0", "flask", "flask==3.1.0"]);
    expect(found?.namesSource).toBe(false);
  });

  it.each([
    "-e .",
    "--editable=./lib",
    ".",
    "./wheels/x.whl",
    "wheels/x-1.0-py3-none-any.whl",
    "x @ file:./x",
    "-f wheels",
    "-r lost.txt",
  ])("may name the source: %s", async (line) => {
    expect((await read(line))?.namesSource).toBe(true);
  });

  it.each([
    "-e git+https://example.com/x.git#egg=x",
    "--find-links https://example.com/wheels",
    "x @ https://example.com/x.zip",
  ])("may name something elsewhere: %s", async (line) => {
    expect((await read(line))?.namesSource).toBe(false);
  });

  it("that is not there is none", async () => {
    expect(await readRequirements(tree({}), "requirements.txt")).toBeNull();
  });
});
