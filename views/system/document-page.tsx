import { routes } from "../../server/routes.ts";
import type { PageFrame } from "../frame/frame.ts";
import { Layout } from "../frame/layout.tsx";
import { Markdown } from "../ui/markdown.tsx";
import { type DocumentName, documentNamed, documentNames, documents } from "./documents.ts";

export function DocumentsPage({ frame }: { readonly frame: PageFrame }) {
  return (
    <Layout frame={frame}>
      <h1>Documentation</h1>
      <ul class="card flush documents">
        {documentNames.map((name) => (
          <li>
            <a href={routes.document(name)}>{documents[name].title}</a>
            <span class="muted">{documents[name].about}</span>
          </li>
        ))}
        <li>
          <a href={routes.api.openapi()}>HTTP API</a>
          <span class="muted">All calls, as an OpenAPI document (JSON) for API clients.</span>
        </li>
      </ul>
    </Layout>
  );
}

export function DocumentPage(props: { readonly frame: PageFrame; readonly name: DocumentName; readonly text: string }) {
  const { frame, name, text } = props;
  return (
    <Layout frame={frame}>
      <p class="crumbs">
        <a href={routes.documents()}>Documentation</a>
        <span aria-current="page">{documents[name].title}</span>
      </p>
      <article class="card document">
        <Markdown text={text} hrefOf={hrefOf} />
      </article>
    </Layout>
  );
}

/**
 * Resolves a link in a document: to another document, or to the web. Null for anything else, which is not served here.
 */
function hrefOf(url: string): string | null {
  const [, file = "", anchor = ""] = /^([\w-]+)\.md(#.*)?$/.exec(url) ?? [];
  const name = documentNamed(file);
  if (name !== null) return `${routes.document(name)}${anchor}`;
  return /^(?:https?:\/\/|#)/.test(url) ? url : null;
}
