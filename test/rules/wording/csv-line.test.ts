import fc from "fast-check";
import { expect, test } from "vitest";
import { csvLine } from "../../../server/rules/wording/csv-line.ts";

test("fields are quoted, with quotes, commas and line breaks in them", () => {
  expect(csvLine([7, "Ada", null, 'said "hi", and\nleft'])).toBe('7,"Ada","","said ""hi"", and\nleft"\r\n');
});

test("no field is a formula to a spreadsheet", () => {
  for (const start of ["=", "+", "-", "@", "\t", "\r"]) expect(csvLine([`${start}1+1`])).toBe(`"'${start}1+1"\r\n`);
  expect(csvLine(["1+1", " =1"])).toBe('"1+1"," =1"\r\n');
});

test("every field can be read back", () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1 }), (fields) => {
      const read = [...csvLine(fields).matchAll(/"((?:[^"]|"")*)"[,\r]/g)].map(([, field = ""]) =>
        field.replaceAll('""', '"').replace(/^'(?=[=+\-@\t\r])/, ""),
      );
      expect(read).toEqual(fields.map((field) => field.replace(/^'(?=[=+\-@\t\r])/, "")));
    }),
  );
});
