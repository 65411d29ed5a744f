import { createHmac, timingSafeEqual } from "node:crypto";
import {
  type DeploymentReport,
  type Forge,
  type ForgeEvent,
  ForgeUnavailable,
  UnreadableDelivery,
} from "../../server/ports/forge.ts";

/** A forge in memory, at https://forge.example. */
export interface FakeForge extends Forge {
  /** The reports that it accepted, in order. */
  readonly reports: readonly DeploymentReport[];
  /** The states that it shows of each of its deployments and on its commits, oldest first. */
  shown(): { readonly deployments: readonly (readonly string[])[]; readonly statuses: readonly string[] };
  /** Why it refuses calls at the moment; null when it does not. */
  trouble: { readonly retryAfterMs: number | null } | null;
  /** A signed delivery of an event. Two with one id are the same delivery, sent twice. */
  delivery(event: ForgeEvent, secret: string, id: string): { readonly headers: Headers; readonly body: Uint8Array };
}

const signatureHeader = "x-forge-signature";
const eventPattern = /^[a-z-]+$/;

export function createFakeForge(): FakeForge {
  const reports: DeploymentReport[] = [];
  /** By the number in a receipt. */
  const deployments = new Map<number, string[]>();
  const sign = (body: Uint8Array, secret: string) => createHmac("sha256", secret).update(body).digest("hex");

  return {
    name: "forge",
    title: "Forge",
    reports,
    trouble: null,
    shown: () => ({
      deployments: [...deployments.values()],
      statuses: reports.filter(({ wanted }) => wanted.status).map(({ state }) => state),
    }),
    delivery(event, secret, id) {
      const body = Buffer.from(JSON.stringify(event));
      return {
        body,
        headers: new Headers({
          ...{ "x-forge-event": event.type, "x-forge-delivery": id, "content-type": "application/json" },
          [signatureHeader]: sign(body, secret),
        }),
      };
    },
    identify(headers) {
      const event = headers.get("x-forge-event") ?? "";
      return { id: headers.get("x-forge-delivery"), event: eventPattern.test(event) ? event : "unknown" };
    },
    signatureFault: (headers) => (headers.has(signatureHeader) ? null : "missing"),
    verify(headers, body, secret) {
      const given = headers.get(signatureHeader);
      if (given === null) return "missing";
      const [right, found] = [Buffer.from(sign(body, secret)), Buffer.from(given)];
      const isRight = right.length === found.length && timingSafeEqual(right, found);
      return isRight && secret !== "" ? "genuine" : "wrong";
    },
    read(_headers, body) {
      try {
        return JSON.parse(new TextDecoder().decode(body)) as ForgeEvent;
      } catch (cause) {
        throw new UnreadableDelivery("the payload is not JSON", { cause });
      }
    },
    isHomeOf: (repository) => /^https:\/\/forge\.example\//.test(repository),
    async report(report, _token, signal) {
      signal.throwIfAborted();
      if (this.trouble) throw new ForgeUnavailable("Forge did not respond", this.trouble);
      reports.push(report);
      if (!report.wanted.deployment) return { deployment: null };
      const deployment = report.receipt?.deployment ?? deployments.size + 1;
      deployments.set(deployment, [...(deployments.get(deployment) ?? []), report.state]);
      return { deployment };
    },
  };
}
