import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, expectTypeOf, test } from "vitest";
import type { ReadStore } from "../../server/ports/store/read-store.ts";
import type { Store } from "../../server/ports/store/store.ts";
import type { WebAdapters } from "../../server/web/adapters.ts";

const web = resolve(import.meta.dirname, "../../server/web");
const sources = readdirSync(web, { withFileTypes: true, recursive: true })
  .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
  .map((entry) => join(entry.parentPath, entry.name));

/** The names that web may import from ports/store/: the reads and the errors, and nothing with a method that writes. */
const readers = ["ReadStore", "StoreUnavailable"];

/** The methods of a store by full name, such as "products.list". */
type Methods<S> = {
  [Part in keyof S & string]: S[Part] extends (...args: never[]) => unknown ? Part : InPart<S, Part>;
};
type InPart<S, Part extends keyof S & string> = `${Part}.${keyof S[Part] & string}`;
type MethodsOf<S> = Methods<Omit<S, "instance">>[Exclude<keyof S, "instance"> & string];

type Written = "create" | "update" | "remove" | "set" | "change" | "mark" | "purge" | "stop" | "record" | "append";
type OtherWritten =
  | "enqueue"
  | "claim"
  | "move"
  | "request"
  | "rescue"
  | "reserve"
  | "open"
  | "close"
  | "add"
  | "take"
  | "getOr";
type Writer = `${string}.${Written | OtherWritten}${string}`;

describe("the web writes only by commands", () => {
  test("since the store it receives has no method that writes", () => {
    expectTypeOf<WebAdapters["store"]>().toEqualTypeOf<ReadStore>();
    expectTypeOf<Extract<MethodsOf<ReadStore>, Writer>>().toBeNever();
    expectTypeOf<Store>().toExtend<ReadStore>();
    expectTypeOf<"products.update">().toExtend<Extract<MethodsOf<Store>, Writer>>();
  });

  test("and names no other store", () => {
    const offences = sources.flatMap((file) =>
      [...readFileSync(file, "utf8").matchAll(/import (?:type )?\{([^}]*)\} from "[^"]*ports\/store\/\w[^"]*"/g)]
        .flatMap(([, names = ""]) => names.split(",").map((name) => name.trim().replace(/^type /, "")))
        .filter((name) => /Store/.test(name) && !readers.includes(name))
        .map((name) => `${file} imports ${name}`),
    );
    expect(offences).toEqual([]);
  });
});
