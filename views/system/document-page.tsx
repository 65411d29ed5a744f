import { routes } from "../../server/routes.ts";
import type { PageFrame } from "../frame/frame.ts";
import { Layout } from "../frame/layout.tsx";
import { type Block, type Inline, readInline, readMarkdown } from "../text/markdown.ts";
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
        <Blocks blocks={readMarkdown(text)} />
      </article>
    </Layout>
  );
}

function Blocks({ blocks }: { readonly blocks: readonly Block[] }) {
  return (
    <>
      {blocks.map((block) => (
        <Part block={block} />
      ))}
    </>
  );
}

function Part({ block }: { readonly block: Block }) {
  switch (block.type) {
    case "heading": {
      const Heading = `h${block.level}` as const;
      return (
        <Heading id={block.id}>
          <Words text={block.text} />
        </Heading>
      );
    }
    case "paragraph":
      return (
        <p>
          <Words text={block.text} />
        </p>
      );
    case "code":
      return <pre tabindex={0}>{block.text}</pre>;
    case "list": {
      const List = block.isOrdered ? "ol" : "ul";
      return (
        <List>
          {block.items.map((item) => (
            <li>
              <Item blocks={item} />
            </li>
          ))}
        </List>
      );
    }
    case "table":
      return <Table head={block.head} rows={block.rows} />;
  }
}

/** An item of one paragraph needs none around it. */
function Item({ blocks }: { readonly blocks: readonly Block[] }) {
  const [only, ...more] = blocks;
  return only?.type === "paragraph" && more.length === 0 ? <Words text={only.text} /> : <Blocks blocks={blocks} />;
}

function Table({ head, rows }: { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] }) {
  return (
    <section class="document-table" tabindex={0} aria-label={`Table: ${head.join(", ")}`}>
      <table>
        <thead>
          <tr>
            {head.map((cell) => (
              <th scope="col">
                <Words text={cell} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              {row.map((cell) => (
                <td>
                  <Words text={cell} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Words({ text }: { readonly text: string }) {
  return <Parts parts={readInline(text)} />;
}

function Parts({ parts }: { readonly parts: readonly Inline[] }) {
  return (
    <>
      {parts.map((part) => (
        <Word part={part} />
      ))}
    </>
  );
}

function Word({ part }: { readonly part: Inline }) {
  switch (part.type) {
    case "text":
      return <>{part.text}</>;
    case "code":
      return <code>{part.text}</code>;
    case "strong":
      return (
        <strong>
          <Parts parts={part.parts} />
        </strong>
      );
    case "em":
      return (
        <em>
          <Parts parts={part.parts} />
        </em>
      );
    case "link":
      return <Link url={part.url} parts={part.parts} />;
  }
}

/** Documents link to each other's files; what is neither one of them nor on the web is not here. */
function Link({ url, parts }: { readonly url: string; readonly parts: readonly Inline[] }) {
  const [, file = "", anchor = ""] = /^([\w-]+)\.md(#.*)?$/.exec(url) ?? [];
  const name = documentNamed(file);
  const to = name !== null ? `${routes.document(name)}${anchor}` : /^(?:https?:\/\/|#)/.test(url) ? url : null;
  if (to === null) return <Parts parts={parts} />;
  return (
    <a href={to}>
      <Parts parts={parts} />
    </a>
  );
}
