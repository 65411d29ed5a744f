import type { DeploymentId } from "../../model/names/ids.ts";
import type { NewAuditEntry } from "../../ports/store/access.ts";
import type { Endpoint } from "../../route.ts";
import { inEnvironment, installationName } from "../../rules/wording/installation-name.ts";
import type { Origins } from "../access/origins.ts";
import { peerAddress } from "../access/peer-address.ts";
import type { WebAdapters } from "../adapters.ts";
import type { Catalog } from "../read/catalog.ts";
import type { WebContext, WebMiddleware } from "./web-context.ts";

export interface Audit {
  /** Middleware for an endpoint that changes something. It records what a member did there. */
  recorder(endpoint: Endpoint, action: string): WebMiddleware;
  /**
   * For actions on a route that everyone may use, such as signing in. Never rejects, because the action has already
   * happened.
   */
  record(c: WebContext, action: Omit<NewAuditEntry, "address">): Promise<void>;
}

/** Adds details to the audit entry: names of variables, or hosts. Never a value. */
export function noteDetail(c: WebContext, detail: string): void {
  c.set("auditDetail", detail);
}

export function createAudit(
  needs: Pick<WebAdapters, "commands"> & { readonly catalog: Catalog },
  origins: Origins,
): Audit {
  const { commands, catalog } = needs;

  const record: Audit["record"] = (c, action) =>
    commands.recordAction({ ...action, address: peerAddress(c, origins.https) });

  return {
    record,
    recorder: (endpoint, action) => async (c, next) => {
      // Afterwards the subject may be gone, for example when it was deleted.
      const before = await subjectOf(endpoint, c);
      await next();
      const visitor = c.get("visitor");
      if (!visitor || c.res.status >= 400) return;
      await record(c, {
        who: visitor.identity.name,
        what: action,
        subject: before?.name ?? "",
        detail: c.get("auditDetail") ?? null,
        deploymentId: before?.deploymentId ?? null,
      });
    },
  };

  /** The name that people know the path's subject by. */
  async function subjectOf(
    { subject }: Endpoint,
    c: WebContext,
  ): Promise<{ name: string; deploymentId: DeploymentId | null } | null> {
    const key = subject && c.req.param(subject.parameter);
    if (!key) return null;
    try {
      switch (subject.kind) {
        case "product":
          return { name: inEnvironment(key, c.req.query("environment") ?? "production"), deploymentId: null };
        case "installation":
          return { name: installationName(await catalog.place(Number(key))), deploymentId: null };
        case "deployment": {
          const { deployment, place } = await catalog.deployment(Number(key));
          return { name: `${place.product.slug} #${deployment.number}`, deploymentId: deployment.id };
        }
      }
    } catch {
      // The route's own handler reports what is wrong with the path.
      return null;
    }
  }
}
