import { HonoRequest } from "hono/request";

/** Notes the names of the query and of the form that handlers look for while `during` runs. */
export async function fieldsRead(during: () => Promise<unknown>): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  const undo = [spyOnQuery(names), ...(["get", "getAll", "has"] as const).map((method) => spyOnForms(method, names))];
  try {
    await during();
  } finally {
    for (const one of undo) one();
  }
  return names;
}

function spyOnQuery(names: Set<string>): () => void {
  const original = HonoRequest.prototype.query as (this: HonoRequest, name?: string) => never;
  HonoRequest.prototype.query = function query(this: HonoRequest, name?: string) {
    if (name !== undefined) {
      names.add(name);
      return original.call(this, name);
    }
    // Who reads the whole query is told apart by what it takes from it.
    return new Proxy(original.call(this) as Record<string, string>, {
      get(all, key) {
        if (typeof key === "string") names.add(key);
        return Reflect.get(all, key);
      },
    });
  } as typeof HonoRequest.prototype.query;
  return () => {
    HonoRequest.prototype.query = original as typeof HonoRequest.prototype.query;
  };
}

function spyOnForms(method: "get" | "getAll" | "has", names: Set<string>): () => void {
  const original = URLSearchParams.prototype[method] as (name: string) => never;
  URLSearchParams.prototype[method] = function spied(this: URLSearchParams, name: string) {
    names.add(name);
    return original.call(this, name);
  } as never;
  return () => {
    URLSearchParams.prototype[method] = original as never;
  };
}
