// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how Compose writes variables.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { substitute } from "../../../server/model/deployment/template.ts";

const variables: Readonly<Record<string, string>> = { NAME: "shop", EMPTY: "", PORT: "3000" };
const lookup = (name: string) => variables[name];

function textOf(template: string): string {
  const result = substitute(template, lookup);
  return result.type === "text" ? result.text : `${result.type}: ${result.message}`;
}

describe("a template", () => {
  it.each([
    ["plain", "plain"],
    ["$NAME", "shop"],
    ["${NAME}-${PORT}", "shop-3000"],
    ["$NAME.local", "shop.local"],
    ["$$NAME", "$NAME"],
    ["$$$NAME", "$shop"],
    ["$${NAME}", "${NAME}"],
    ["a$MISSING.b", "a.b"],
    ["${MISSING-default}", "default"],
    ["${MISSING:-default}", "default"],
    ["${EMPTY-default}", ""],
    ["${EMPTY:-default}", "default"],
    ["${NAME:-default}", "shop"],
    ["${MISSING:-}", ""],
    ["${MISSING+there}", ""],
    ["${EMPTY+there}", "there"],
    ["${EMPTY:+there}", ""],
    ["${NAME:+there}", "there"],
    ["${NAME:+${PORT}}", "3000"],
    ["${NAME:?must be set}", "shop"],
    ["${EMPTY?must be set}", ""],
    ["${MISSING:-${OTHER:-$NAME}}", "shop"],
    ['${MISSING:-{"a":{"b":1}}}', '{"a":{"b":1}}'],
    ["${MISSING:-a:b-c?d+e}", "a:b-c?d+e"],
    ["${MISSING:-two\nlines}", "two\nlines"],
  ])("%s becomes %s", (template, text) => {
    expect(textOf(template)).toBe(text);
  });

  it.each([
    ["${MISSING:?say which}", "MISSING", "say which"],
    ["${EMPTY:?}", "EMPTY", ""],
    ["${MISSING?set it for $NAME}", "MISSING", "set it for shop"],
    ["${OTHER:-${MISSING:?inner}}", "MISSING", "inner"],
  ])("%s misses what is required", (template, name, message) => {
    expect(substitute(template, lookup)).toEqual({ type: "required", name, message });
  });

  it.each(["${NAME", "$", "costs 5$", "$(whoami)", "${}", "${1}", "${NAME!x}", "${ NAME }", "$1"])(
    "%s is invalid",
    (template) => {
      expect(substitute(template, lookup).type).toBe("invalid");
    },
  );

  it("says which variables it names, and which of them are missing", () => {
    expect(substitute("$NAME ${MISSING} ${OTHER:-x}", lookup)).toMatchObject({
      uses: [
        { name: "NAME", hasDefault: false, isMissing: false },
        { name: "MISSING", hasDefault: false, isMissing: true },
        { name: "OTHER", hasDefault: true, isMissing: true },
      ],
    });
  });

  it("is not followed into endless depth or length", () => {
    expect(substitute("${A:-".repeat(5000) + "}".repeat(5000), lookup).type).toBe("invalid");
    expect(substitute("$BIG".repeat(1000), () => "x".repeat(1000)).type).toBe("invalid");
  });

  it("gives any text back when its dollar signs are doubled", () => {
    fc.assert(fc.property(fc.string(), (text) => textOf(text.replaceAll("$", "$$$$")) === text));
  });
});
