import { z } from "@hono/zod-openapi";
import type { JoinFinding, MachineFacts } from "../../model/machine.ts";
import type { MachineId } from "../../model/names/ids.ts";
import { routes } from "../../routes.ts";
import type { JoinRequest } from "../../rules/machines/join-check.ts";
import { peerAddress, peerNetwork } from "../access/peer-address.ts";
import { createFailureLimit } from "../access/rate-limit.ts";
import { faultSentence } from "../api/fault-words.ts";
import { readForm } from "../http/form.ts";
import { Problem } from "../http/problem.ts";
import type { WebContext } from "../http/web-context.ts";
import type { PageNeeds } from "../pages/page.ts";

const secretHeader = "x-baton-join";
const failuresPerMinute = 30;

const short = z.string().max(255);
const words = z
  .string()
  .max(10_000)
  .transform((text) => text.split(/\s+/).filter((word) => word !== ""));
const kibibytes = z.coerce
  .number()
  .int()
  .nonnegative()
  .transform((count) => count * 1024);

/** The fields that bin/join.sh sends. */
const factsSchema = z.object({
  name: short.min(1),
  architecture: short,
  docker: short,
  address: z.ipv4(),
  diskKiB: kibibytes,
  freeKiB: kibibytes,
  encrypt: z.enum(["yes", "no", ""]),
});
const checkSchema = factsSchema.extend({
  clock: z.coerce.number().int().nonnegative().max(1e11),
  swarm: short,
  node: short,
  liveRestore: z.enum(["true", "false", ""]),
  closed: words,
  taken: words,
  routes: words,
});
const joinedSchema = factsSchema.extend({ node: short.min(1) });

/** What a new machine runs to join the cluster, and its questions. Nobody signs in here: the command's secret says who asks. */
export function createMachineJoin(needs: PageNeeds) {
  const { endpoints, commands, clock, origins, publicUrl, audit } = needs;
  const failures = createFailureLimit({ clock, perMinute: failuresPerMinute });

  return endpoints
    .router()
    .on(routes.machineScript.get, async (c) => {
      const script = await needs.readJoinScript();
      return c.text(script.replace("@BATON_URL@", publicUrl.origin));
    })
    .on(routes.machineJoin.post, async (c) => {
      const peer = peerNetwork(peerAddress(c, origins.https));
      const wait = failures.retryAfterSeconds(peer);
      if (wait !== null) throw new Problem(429, "too_many_attempts", `too many wrong commands: try again in ${wait} s`);
      const answer = await answerTo(c, await readForm(c), c.req.header(secretHeader) ?? "");
      if (answer.type === "no") failures.failed(peer);
      return c.text(answer.type === "no" ? line("refused", answer.why) : answer.lines.join(""));
    });

  async function answerTo(c: WebContext, form: URLSearchParams, secret: string) {
    const fields = Object.fromEntries(form);
    switch (form.get("step")) {
      case "begin": {
        const begun = await commands.beginJoin(secret);
        return begun.type === "no" ? begun : lines([line("server", begun.address)]);
      }
      case "check": {
        const judged = await commands.checkJoin(secret, requestOf(read(checkSchema, fields)));
        if (judged.type === "no") return judged;
        const { findings, token, hasJoined } = judged;
        return lines([
          ...findingLines(findings),
          ...(token === null ? [] : [line("join", token)]),
          ...(hasJoined ? [line("joined", "already")] : []),
        ]);
      }
      case "joined": {
        const { node, ...facts } = read(joinedSchema, fields);
        const joined = await commands.noteJoined(secret, { id: node as MachineId, facts: factsOf(facts) });
        if (joined.type === "no") return joined;
        const { name, by, findings } = joined;
        const what = { who: by, token: null, what: "added the machine", subject: name, product: null };
        await audit.record(c, { ...what, detail: "by its command", deploymentId: null });
        const page = new URL(routes.machines(), publicUrl).href;
        return lines([...findingLines(findings), line("joined", `${name} is in the cluster now, see ${page}`)]);
      }
      default:
        throw new Problem(400, "invalid", "step: enter begin, check or joined");
    }
  }
}

const lines = (all: readonly string[]) => ({ type: "lines", lines: all }) as const;
/** What comes from outside stays one line. */
const line = (word: string, text: string) => `${word}: ${text.replaceAll(/[\r\n]+/g, " ")}\n`;
const findingLines = (findings: readonly JoinFinding[]) => findings.map(({ level, text }) => line(level, text));

function read<Schema extends z.ZodType>(schema: Schema, fields: object): z.infer<Schema> {
  const parsed = schema.safeParse(fields);
  if (!parsed.success) throw new Problem(400, "invalid", faultSentence(parsed.error), { cause: parsed.error });
  return parsed.data;
}

function factsOf(fields: z.infer<typeof factsSchema>): MachineFacts {
  const { name, architecture, docker, address, diskKiB, freeKiB, encrypt } = fields;
  return {
    ...{ name, architecture, address, dockerVersion: docker, diskBytes: diskKiB, freeDiskBytes: freeKiB },
    canEncrypt: encrypt === "" ? null : encrypt === "yes",
  };
}

function requestOf(fields: z.infer<typeof checkSchema>): JoinRequest & { readonly id: MachineId | null } {
  return {
    ...factsOf(fields),
    id: fields.node === "" ? null : (fields.node as MachineId),
    clock: new Date(fields.clock * 1000),
    swarmState: fields.swarm,
    liveRestore: fields.liveRestore === "true",
    closedPorts: fields.closed.map(Number).filter((port) => Number.isInteger(port)),
    takenPorts: fields.taken,
    routes: fields.routes,
  };
}
