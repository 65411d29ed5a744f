import { createHash, randomBytes } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import {
  checkServerArchive,
  repositoriesIn,
  type ServerParts,
  tablesIn,
  writeServerArchive,
} from "../../server/backup/archive/server-archive.ts";
import type { ProductId } from "../../server/model/names/ids.ts";

const never = new AbortController().signal;
/** More than two pieces of an archive. */
const large = randomBytes(9 * 1024 ** 2 + 5);
const layout = { migration: "abc", tables: [{ name: "products", columns: ["id", "slug"] }], sequences: [] };

async function* of(...chunks: readonly (Buffer | string)[]): AsyncGenerator<Buffer> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

const parts: ServerParts = {
  about: { version: "1.2.3", at: "2026-11-30T03:10:00.000Z", settings: { BATON_DOMAIN: "example.com" } },
  sealed: { key: Buffer.from("the key\n"), "caddy/storage/x.key": Buffer.from([0, 255, 7]) },
  async copyDatabase(target) {
    await target.begin(layout);
    await target.table("products", of("1\tshop\n", "2\tblog\n"));
    await target.table("deployments", of());
  },
  repositories: {
    list: async () => [1, 2, 3] as ProductId[],
    bundle: (product) => (product === 2 ? of() : of(large.subarray(0, 1000), large.subarray(1000))),
  },
};

async function bytesOf(content: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks);
}

let made: Promise<Buffer> | null = null;
/** Made once, since a passphrase takes a second to become a key. */
function written(): Promise<Buffer> {
  made ??= bytesOf(writeServerArchive(parts, "correct horse", never));
  return made;
}
const digest = (content: Buffer) => createHash("sha256").update(content).digest("hex");

describe("a backup of the server", () => {
  it("gives back all that was put in, and its key only for the passphrase", async () => {
    const archive = await written();
    const { about, layout: read, end, unseal } = await checkServerArchive(of(archive));
    expect(about).toEqual({ format: 1, ...parts.about });
    expect(read).toEqual(layout);
    expect(end).toEqual({ tables: 2, repositories: 3 });
    expect(await unseal("correct horse")).toEqual(parts.sealed);
    expect(await unseal("another")).toBe(null);

    const tables = [];
    for await (const { name, rows } of tablesIn(of(archive))) tables.push([name, (await bytesOf(rows)).toString()]);
    expect(tables).toEqual([["products", "1\tshop\n2\tblog\n"]]);
    const repositories = [];
    for await (const { product, bundle } of repositoriesIn(of(archive)))
      repositories.push([product, digest(await bytesOf(bundle))]);
    expect(repositories).toEqual([
      [1, digest(large)],
      [3, digest(large)],
    ]);
  }, 120_000);

  it("can be read without reading what is in it", async () => {
    const products = [];
    for await (const { product } of repositoriesIn(of(await written()))) products.push(product);
    expect(products).toEqual([1, 3]);
  });

  it("does not hold the key in plain", async () => {
    const tar = gunzipSync(await written());
    expect(tar.includes("the key")).toBe(false);
    expect(tar.includes(parts.sealed.key?.toString("base64") ?? "")).toBe(false);
  });

  it.each([
    [
      "is cut off",
      (whole: Buffer) => whole.subarray(0, whole.length - 100),
      /is not a backup of Baton, or it is damaged/,
    ],
    ["is something else", () => Buffer.from("hello"), /is not a backup of Baton, or it is damaged/],
    ["is empty", () => Buffer.alloc(0), /is not a backup of Baton, or it is damaged|incomplete/],
  ])("is refused when it %s", async (_, damage, message) => {
    await expect(checkServerArchive(of(damage(await written())))).rejects.toThrow(message);
  });

  it("that broke off is refused, and a failure while writing is the writer's", async () => {
    const failing: ServerParts = {
      ...parts,
      copyDatabase: async () => {
        throw new Error("the database went away");
      },
    };
    await expect(bytesOf(writeServerArchive(failing, "x", never))).rejects.toThrow("the database went away");
  });
});
