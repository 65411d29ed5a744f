import type { Permission } from "../../model/access/permission.ts";
import type { DeploymentId } from "../../model/names/ids.ts";
import type { NewAuditEntry } from "../../ports/store/access.ts";
import type { Endpoint } from "../../route.ts";
import { actorOf } from "../../rules/access/by-text.ts";
import { changeText } from "../../rules/wording/change-text.ts";
import { inEnvironment, installationName } from "../../rules/wording/installation-name.ts";
import type { Origins } from "../access/origins.ts";
import { peerAddress } from "../access/peer-address.ts";
import type { WebAdapters } from "../adapters.ts";
import type { Catalog } from "../read/catalog.ts";
import { toldSettings } from "../read/told-settings.ts";
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

/** Adds details to the audit entry: names of variables, roles. Never a value. */
export function noteDetail(c: WebContext, detail: string): void {
  c.set("auditDetail", detail);
}

/** Names the product that an action was about, on a route whose path doesn't. */
export function noteProduct(c: WebContext, slug: string, environment = "production"): void {
  c.set("auditProduct", { product: slug, name: inEnvironment(slug, environment), deploymentId: null });
}

/** Names what an action was done to that is no product: a person, a token, an environment. */
export function noteSubject(c: WebContext, name: string): void {
  c.set("auditSubject", name);
}

/** What an action was done to, by the name that people know it by. */
interface Acted {
  readonly product: string;
  readonly name: string;
  readonly deploymentId: DeploymentId | null;
}

/** Rights to change what the settings of a product say. What differs afterwards is recorded. */
const settingRights: readonly (Permission | null)[] = ["settings", "domains", "webhooks"];

export function createAudit(
  needs: Pick<WebAdapters, "commands" | "store"> & { readonly catalog: Catalog },
  origins: Origins,
): Audit {
  const { commands, catalog } = needs;

  const record: Audit["record"] = (c, action) =>
    commands.recordAction({ ...action, address: peerAddress(c, origins.https) });

  return {
    record,
    recorder: (endpoint, action) => async (c, next) => {
      // Afterwards the subject may be gone, for example when it was deleted.
      const subject = await subjectOf(endpoint, c);
      const isAboutSettings = subject !== null && settingRights.includes(endpoint.permission);
      const before = isAboutSettings ? await settingsOf(subject) : null;
      await next();
      const visitor = c.get("visitor");
      if (!visitor || c.res.status >= 400) return;
      const acted = c.get("auditProduct") ?? subject;
      const after = before && (await settingsOf(subject));
      const details = [c.get("auditDetail"), before && after && changeText(before, after)].filter(Boolean);
      await record(c, {
        ...actorOf(visitor.identity),
        what: action,
        subject: c.get("auditSubject") ?? acted?.name ?? "",
        product: acted?.product ?? null,
        detail: details.length === 0 ? null : details.join("; "),
        deploymentId: acted?.deploymentId ?? null,
      });
    },
  };

  /** Null where they cannot be read: that must not fail what is asked for. */
  async function settingsOf(acted: Acted | null) {
    return acted && toldSettings(needs, acted.product).catch(() => null);
  }

  async function subjectOf({ subject }: Endpoint, c: WebContext): Promise<Acted | null> {
    const key = subject && c.req.param(subject.parameter);
    if (!key) return null;
    try {
      switch (subject.kind) {
        case "product": {
          const name = inEnvironment(key, c.req.query("environment") ?? "production");
          return { product: key, name, deploymentId: null };
        }
        case "installation": {
          const place = await catalog.place(Number(key));
          return { product: place.product.slug, name: installationName(place), deploymentId: null };
        }
        case "deployment": {
          const { deployment, place } = await catalog.deployment(Number(key));
          const { slug } = place.product;
          return { product: slug, name: `${slug} #${deployment.number}`, deploymentId: deployment.id };
        }
      }
    } catch {
      // The route's own handler reports what is wrong with the path.
      return null;
    }
  }
}
