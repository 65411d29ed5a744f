import { type MarkedToken, marked, type Token, type Tokens } from "marked";

/** Resolves the target of a link in a document; null if the target is not served here. */
type HrefOf = (url: string) => string | null;

/** Renders one of Baton's own documents. HTML in it is shown as text. */
export function Markdown({ text, hrefOf }: { readonly text: string; readonly hrefOf: HrefOf }) {
  return <Parts tokens={marked.lexer(text)} hrefOf={hrefOf} />;
}

function Parts({ tokens, hrefOf }: { readonly tokens: readonly Token[]; readonly hrefOf: HrefOf }) {
  return (
    <>
      {tokens.filter(isShown).map((token) => (
        <Part token={token as MarkedToken} hrefOf={hrefOf} />
      ))}
    </>
  );
}

const isShown = ({ type }: Token) => type !== "space";

function Part({ token, hrefOf }: { readonly token: MarkedToken; readonly hrefOf: HrefOf }) {
  switch (token.type) {
    case "heading": {
      const Heading = `h${token.depth}` as "h1" | "h2" | "h3";
      return (
        <Heading id={headingId(token.text)}>
          <Parts tokens={token.tokens} hrefOf={hrefOf} />
        </Heading>
      );
    }
    case "paragraph":
      return (
        <p>
          <Parts tokens={token.tokens} hrefOf={hrefOf} />
        </p>
      );
    case "code":
      return <pre tabindex={0}>{token.text.trimEnd()}</pre>;
    case "list":
      return <List list={token} hrefOf={hrefOf} />;
    case "table":
      return <Table table={token} hrefOf={hrefOf} />;
    case "text":
      return <>{token.tokens ? <Parts tokens={token.tokens} hrefOf={hrefOf} /> : token.text}</>;
    case "escape":
      return <>{token.text}</>;
    case "codespan":
      return <code>{token.text}</code>;
    case "strong":
      return (
        <strong>
          <Parts tokens={token.tokens} hrefOf={hrefOf} />
        </strong>
      );
    case "em":
      return (
        <em>
          <Parts tokens={token.tokens} hrefOf={hrefOf} />
        </em>
      );
    case "link":
      return <Link link={token} hrefOf={hrefOf} />;
    default:
      return <>{token.raw}</>;
  }
}

function List({ list, hrefOf }: { readonly list: Tokens.List; readonly hrefOf: HrefOf }) {
  const Element = list.ordered ? "ol" : "ul";
  return (
    <Element>
      {list.items.map(({ tokens }) => (
        <li>
          <Parts tokens={withoutLoneParagraph(tokens)} hrefOf={hrefOf} />
        </li>
      ))}
    </Element>
  );
}

/** An item with one paragraph needs no `<p>`; an item with several keeps them all. */
function withoutLoneParagraph(item: readonly Token[]): readonly Token[] {
  const [only, ...more] = item.filter(isShown);
  if (only?.type === "paragraph" && more.length === 0) return only.tokens ?? [];
  return more.length === 0
    ? item
    : item.map((token) => (token.type === "text" ? { ...token, type: "paragraph" } : token));
}

function Table({ table, hrefOf }: { readonly table: Tokens.Table; readonly hrefOf: HrefOf }) {
  return (
    <section
      class="document-table"
      tabindex={0}
      aria-label={`Table: ${table.header.map(({ text }) => text).join(", ")}`}
    >
      <table>
        <thead>
          <tr>
            {table.header.map(({ tokens }) => (
              <th scope="col">
                <Parts tokens={tokens} hrefOf={hrefOf} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row) => (
            <tr>
              {row.map(({ tokens }) => (
                <td>
                  <Parts tokens={tokens} hrefOf={hrefOf} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** A bare URL without link text is an example, so it does not become a link. */
function Link({ link, hrefOf }: { readonly link: Tokens.Link; readonly hrefOf: HrefOf }) {
  const href = link.raw.startsWith("[") ? hrefOf(link.href) : null;
  const words = <Parts tokens={link.tokens} hrefOf={hrefOf} />;
  return href === null ? words : <a href={href}>{words}</a>;
}

/** Builds heading ids as forges do, so that the documents' links work here. */
function headingId(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N} -]/gu, "")
    .replaceAll(" ", "-");
}
