import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, it } from "vitest";
import { createGit } from "../../server/git/git.ts";
import { serveWorld } from "../web/served-world.ts";
import { token } from "../web/world.ts";
import { fuzz, testTimeoutMs, text, withinLimit } from "./fuzzing.ts";
import { framed, pushBody } from "./packets.ts";

/** What clients ask for when they fetch, in both protocols. */
const wants = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...["command=fetch", "command=ls-refs", "agent=x", "object-format=sha1", "peel", "ref-prefix refs/", "done"],
        ...[`want ${"a".repeat(40)}`, `have ${"b".repeat(40)}`, "deepen 1", "filter blob:none", "no-progress"],
      ),
      text,
    ),
    { maxLength: 8 },
  )
  .map((lines) => Buffer.concat([...lines.map((line) => framed(Buffer.from(line))), Buffer.from("0000")]));

const request = fc.record({
  service: fc.constantFrom("git-receive-pack", "git-upload-pack"),
  slug: fc.oneof({ weight: 6, arbitrary: fc.constant("shop") }, text),
  body: fc.oneof(
    pushBody,
    wants,
    fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
  ),
  protocol: fc.constantFrom("version=2", "version=1", "version=99:x", ""),
  isPacked: fc.boolean(),
  query: fc.oneof(fc.constantFrom("git-upload-pack", "git-receive-pack"), text),
});

it("git's requests are answered, whatever they hold", { timeout: testTimeoutMs }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "baton-fuzz-git-"));
  const served = await serveWorld({ git: createGit({ folder }) });
  const { world, url } = served;
  const { product } = await world.samples.product("shop");
  await world.needs.git.ensureRepository(product.id);
  const authorization = `Basic ${btoa(`x:${token}`)}`;
  await fuzz("requests of git", request, 30, async ({ service, slug, body, protocol, isPacked, query }) => {
    world.clock.advance(60_000);
    const path = `/git/${encodeURIComponent(slug.toWellFormed())}.git`;
    const headers = {
      ...{
        authorization,
        "content-type": `application/x-${service}-request`,
        "git-protocol": protocol,
      },
      ...(isPacked && { "content-encoding": "gzip" }),
    };
    const sent = new Uint8Array(isPacked ? gzipSync(body) : body);
    for (const ask of [
      () => fetch(`${url}${path}/${service}`, { method: "POST", headers, body: sent }),
      () => fetch(`${url}${path}/info/refs?${new URLSearchParams({ service: query })}`, { headers }),
    ]) {
      const [status, said] = await withinLimit(async () => {
        const answer = await ask();
        return [answer.status, await answer.text().catch(String)] as const;
      });
      expect(status, said).not.toBe(500);
    }
  });
  served.close();
  await rm(folder, { recursive: true, force: true });
});
