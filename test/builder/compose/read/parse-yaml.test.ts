import { describe, expect, it } from "vitest";
import { parseYaml } from "../../../../builder/compose/read/parse-yaml.ts";
import { toPlain, type Value } from "../../../../builder/compose/read/value.ts";

function plain(source: string): unknown {
  const { root } = parseYaml(source, "compose.yaml", "");
  return root && toPlain(root);
}

function messages(source: string): readonly string[] {
  return parseYaml(source, "compose.yaml", "").problems.map(({ line, message }) => `${line}: ${message}`);
}

function at(value: Value | null | undefined, ...path: readonly string[]): Value | undefined {
  return path.reduce<Value | undefined>(
    (here, step) => (here?.type === "mapping" ? here.entries.get(step)?.value : undefined),
    value ?? undefined,
  );
}

describe("YAML as Compose reads it", () => {
  it.each([
    ["a: no", { a: "no" }],
    ["a: true", { a: true }],
    ["a: 22:22", { a: "22:22" }],
    ["a: 0440", { a: 0o440 }],
    ["a: 0o440", { a: 0o440 }],
    ["a: '0440'", { a: "0440" }],
    ["a: 12345678901234567890", { a: "12345678901234567890" }],
    ["a: 2001-01-01", { a: "2001-01-01" }],
    ["1: x", { "1": "x" }],
    ["a:", { a: null }],
    ["# nothing", null],
    ["__proto__: { polluted: true }", JSON.parse('{"__proto__": {"polluted": true}}')],
  ])("%s", (source, value) => {
    expect(plain(source)).toEqual(value);
    expect(messages(source)).toEqual([]);
  });

  it("resolves anchors and merge keys, where a key of one's own counts more and the first of several wins", () => {
    const source = `
x-a: &a { one: 1, two: 2 }
x-b: &b { two: 3, three: 3 }
x-name: &name shop
all: { <<: [*a, *b], one: own, name: *name }
quoted: { "<<": text }
`;
    expect(plain(source)).toMatchObject({
      all: { one: "own", two: 2, three: 3, name: "shop" },
      quoted: { "<<": "text" },
    });
  });

  it("takes an anchor that is set again from where it stands nearest above", () => {
    expect(plain("a: &x 1\nb: *x\nc: &x 2\nd: *x")).toEqual({ a: 1, b: 1, c: 2, d: 2 });
  });

  it("keeps the line of each key, that of the anchor for what comes from there", () => {
    const { root } = parseYaml("x: &x\n  image: app\nservices:\n  web:\n    <<: *x\n    user: me\n", "f", "");
    const web = at(root, "services", "web");
    const lines = web?.type === "mapping" ? [...web.entries].map(([name, entry]) => [name, entry.at.line]) : [];
    expect(lines).toEqual([
      ["user", 6],
      ["image", 2],
    ]);
  });

  it.each([
    ["a: 1\nb: 2\na: 3", /^3: the key a already exists on line 1: a mapping can have each key only once$/],
    ["a: [1", /^1: a \{ or \[ is opened and never closed$/],
    ["a:\n\t- b", /^2: the line is indented with a tab, but YAML allows only spaces$/],
    ["a: *nobody", /^1: \*nobody refers to an anchor that no earlier line defines \(&nobody\)$/],
    ["a: !secret b", /^1: Compose does not know the tag !secret$/],
    ["? [a]\n: b", /^1: a key here is not a text/],
    ["a: { <<: text }", /^1: <<: accepts only mappings/],
    ["a: 1\n---\nb: 2", /a second document begins here/],
    ["[".repeat(20_000), /^1: the file is nested too deeply/],
    [`a: [${"b, ".repeat(1001)}]`, /^1: the file has a list of more than 1000 items/],
    ["a: &a [*a]", /^1: the file is nested too deeply, or contains itself/],
  ])("refuses %j", (source, message) => {
    const found = messages(source);
    expect(found.length).toBeGreaterThan(0);
    expect(found[0]).toMatch(message);
  });

  it("reports each line that is not YAML", () => {
    expect(messages("a: 1\na: 2\nb: 1\nb: 2").map((message) => message[0])).toEqual(["2", "4"]);
  });

  it("refuses a few lines that stand for billions of values, at once", () => {
    const lines = Array.from({ length: 10 }, (_, level) => `l${level}: &l${level} [${`*l${level - 1}, `.repeat(9)}]`);
    const bomb = ["l: &l-1 x", ...lines].join("\n");
    expect(messages(bomb)).toEqual(["1: the file expands to more than 50000 values"]);
    const merged = Array.from({ length: 30 }, (_, level) => `m${level}: &m${level} { a: *p${level}, b: *p${level} }\n`);
    expect(
      messages(
        merged
          .join("")
          .replaceAll(/\*p(\d+)/g, (_, n) => `*m${Number(n) - 1}`)
          .replaceAll("*m-1", "x"),
      ),
    ).toEqual(["1: the file expands to more than 50000 values"]);
  });

  it("reads thousands of aliases without looking through the file for each", () => {
    const started = performance.now();
    const source = `x: &x y\n${Array.from({ length: 40 }, (_, index) => `l${index}:\n${"  - *x\n".repeat(1000)}`).join("")}`;
    expect(messages(source)).toEqual([]);
    expect(performance.now() - started).toBeLessThan(10_000);
  }, 20_000);
});
