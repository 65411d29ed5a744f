// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how values refer to variables.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { partsOf } from "../../../server/model/values/reference.ts";
import type { ScopedVariable, VariableScope } from "../../../server/model/values/variable-scope.ts";
import { refuseBrokenReferences, whyMayNotRefer } from "../../../server/rules/settings/reference-faults.ts";
import { resolveVariables } from "../../../server/rules/settings/resolve-variables.ts";

type Values = Readonly<Record<string, string | Partial<ScopedVariable>>>;

function variable(value: string | Partial<ScopedVariable>): ScopedVariable {
  const said = typeof value === "string" ? { value } : value;
  return { value: "", isSecret: false, refers: true, atBuild: null, ...said };
}

function scopeOf(products: Readonly<Record<string, Values>>, product = "web"): VariableScope {
  const maps = Object.entries(products).map(
    ([slug, values]) =>
      [slug, new Map(Object.entries(values).map(([name, value]) => [name, variable(value)]))] as const,
  );
  return { product, environment: "production", products: new Map(maps) };
}

const resolved = (values: Values, others: Readonly<Record<string, Values>> = {}) =>
  resolveVariables(scopeOf({ web: values, ...others }));
const sentences = (values: Values, others: Readonly<Record<string, Values>> = {}) =>
  resolved(values, others).faults.map(({ sentence }) => sentence);

describe("a reference", () => {
  it("stands for the value of another variable, of the same installation or of another product", () => {
    const { variables, faults } = resolved(
      { HOST: "db", URL: "postgres://${{ USER }}:${{shop.DB_PASSWORD}}@${{ HOST }}:5432", USER: "${{ shop.USER }}" },
      { shop: { DB_PASSWORD: "${{ SECRET }}", SECRET: "s3cret", USER: "ada" } },
    );
    expect(variables).toEqual({ HOST: "db", USER: "ada", URL: "postgres://ada:s3cret@db:5432" });
    expect(faults).toEqual([]);
  });

  it("is what is in its braces, with a product's name before the dot unless the whole is a variable's name", () => {
    const { variables } = resolved(
      { "spring.datasource.url": "own", A: "${{ spring.datasource.url }}", B: "${{ spring.port }}" },
      { spring: { port: "1" } },
    );
    expect(variables).toMatchObject({ A: "own", B: "1" });
  });

  it("is not what a shell, Compose or a template engine expands, nor what is written with two dollars", () => {
    const plain = { A: "$HOME ${HOME} ${HOME:-x} {{ HOME }} $$ $${HOME}", HOME: "/root" };
    expect(resolved(plain).variables).toEqual(plain);
    expect(resolved({ A: "run $${{ secrets.X }} and $${{B}}" }).variables).toEqual({
      A: "run ${{ secrets.X }} and ${{B}}",
    });
  });

  it("is text in a value from before there were references", () => {
    const { variables, faults } = resolved({ A: { value: "${{ NEVER }} $${{ x }}", refers: false } });
    expect(variables).toEqual({ A: "${{ NEVER }} $${{ x }}" });
    expect(faults).toEqual([]);
  });

  it("makes a variable secret when what it stands for is", () => {
    const { plain, foreignSecrets } = resolved(
      {
        A: "${{ SECRET }}!",
        B: "${{ PLAIN }}",
        PLAIN: "p",
        SECRET: { value: "s", isSecret: true },
        C: "${{ shop.X }}",
      },
      { shop: { X: "x-${{ TOKEN }}", TOKEN: { value: "t", isSecret: true }, UNUSED: { value: "u", isSecret: true } } },
    );
    expect(plain).toEqual(["B", "PLAIN"]);
    expect(foreignSecrets).toEqual({ "shop.TOKEN": "t", "shop.X": "x-t" });
  });

  it("keeps the marks of its variable", () => {
    expect(resolved({ A: { value: "${{ B }}", atBuild: true }, B: { value: "", atBuild: false } }).marks).toEqual({
      A: true,
      B: false,
    });
  });
});

describe("a reference that cannot be resolved", () => {
  it("is named in one sentence, without any value", () => {
    expect(sentences({ A: "${{ B }}", C: "${{ A }}" })).toEqual([
      "A refers to B, which is not set",
      "C refers to A, which refers to B, which is not set",
    ]);
    expect(sentences({ A: "${{ shop.B }}" }, { shop: {} })).toEqual(["A refers to shop.B, which is not set"]);
    expect(sentences({ A: "${{ shop.B }}" })).toEqual([
      'A refers to shop.B, but there is no product "shop" in production',
    ]);
    expect(sentences({ A: "x ${{ B + 1 }}" })).toEqual([
      'A contains "${{ B + 1 }}", which is no reference: write ${{ NAME }} or ${{ product.NAME }}, or $${{ for the text itself',
    ]);
    expect(resolved({ A: "${{ B }}" }).variables).toEqual({ A: "${{ B }}" });
  });

  it("is one that leads back to its variable, also through another product", () => {
    expect(sentences({ A: "${{ A }}", B: "${{ A }}" })).toEqual([
      "A refers to itself: A → A",
      "B refers to A, which refers to itself: A → A",
    ]);
    expect(sentences({ A: "${{ B }}", B: "${{ A }}", C: "1" })).toEqual([
      "A refers to itself: A → B → A",
      "B refers to itself: B → A → B",
    ]);
    expect(sentences({ A: "${{ shop.B }}" }, { shop: { B: "${{ web.A }}" } })).toEqual([
      "A refers to itself: A → shop.B → A",
    ]);
  });

  it("is one that grows beyond what a container takes", () => {
    const doubling = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [`V${index}`, index === 0 ? "xxxx" : `\${{ V${index - 1} }}`.repeat(2)]),
    );
    expect(sentences(doubling).at(-1)).toMatch(/ is longer than 32,768 characters with what it refers to$/);
  });

  it("never hangs or throws, whatever refers to what", () => {
    const name = fc.constantFrom("A", "B", "C", "D");
    const value = fc.array(
      fc.oneof(
        name.map((one) => `\${{ ${one} }}`),
        name.map((one) => `\${{ shop.${one} }}`),
        fc.string(),
      ),
    );
    const values = fc.dictionary(
      name,
      value.map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(values, values, (web, shop) => {
        const { variables, faults } = resolved(web, { shop });
        expect(Object.keys(variables)).toEqual(Object.keys(web));
        for (const { sentence } of faults) expect(sentence).toMatch(/^[A-D] (?:refers to|contains|is longer)/);
      }),
    );
  });
});

describe("saving variables", () => {
  const scope = scopeOf({ web: { A: "${{ B }}", OLD: "${{ GONE }}" } });

  it("is refused when a new value's reference, or a reference to what is removed, cannot be resolved", () => {
    expect(refuseBrokenReferences({ set: { A: "${{ B }}" }, unset: [] })([scope])).toBe(
      "A refers to B, which is not set",
    );
    expect(refuseBrokenReferences({ set: {}, unset: ["B"] })([scope])).toBe("A refers to B, which is not set");
    expect(refuseBrokenReferences({ set: { NEW: "1" }, unset: ["X"] })([scope])).toBeNull();
  });

  it("is refused to those who may not read the product that a value refers to", () => {
    const set = { A: "${{ shop.TOKEN }}", B: "${{ web.X }} ${{ Y }}" };
    expect(whyMayNotRefer(set, "web", () => true)).toBeNull();
    expect(whyMayNotRefer(set, "web", () => false)).toBe(
      "A refers to shop.TOKEN, and you don't have the right to change the variables of shop",
    );
    expect(whyMayNotRefer({ B: set.B }, "web", () => false)).toBeNull();
  });
});

it("no part of a value without references is lost", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("$", "{", "}", "A", " ", "\n") }), (value) => {
      const text = partsOf(value)
        .map((part) => (typeof part === "string" ? part : ""))
        .join("");
      if (!value.includes("${{")) expect(text).toBe(value);
    }),
  );
});
