import { routes } from "../../server/routes.ts";
import type { PageFrame } from "../frame/frame.ts";
import { Layout } from "../frame/layout.tsx";
import { Copyable } from "../ui/copyable.tsx";

export interface MadeLinkProps {
  /** Whom the link is for. */
  readonly name: string;
  readonly url: string;
  readonly expiresAt: Date;
}

/** Shows a password link, which is not stored, this once. */
export function MadeLinkPage({ frame, page }: { readonly frame: PageFrame; readonly page: MadeLinkProps }) {
  const { name, url, expiresAt } = page;
  return (
    <Layout frame={frame}>
      <p class="crumbs">
        <a href={routes.people()}>People</a>
        <span aria-current="page">Password link</span>
      </p>
      <h1>A password link for {name}</h1>
      <section class="card" aria-label="Link">
        <p class="muted">
          Send it to {name}. It works once, until <time datetime={expiresAt.toISOString()}>{untilText(expiresAt)}</time>
          , and signs them out everywhere. Baton shows it only now.
        </p>
        <Copyable id="link" text={url} label="the link" />
      </section>
    </Layout>
  );
}

function untilText(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
