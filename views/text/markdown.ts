/** A part of a document, as far as Baton's own documents use Markdown. */
export type Block =
  | { readonly type: "heading"; readonly level: 1 | 2 | 3; readonly text: string; readonly id: string }
  | { readonly type: "paragraph"; readonly text: string }
  | { readonly type: "code"; readonly text: string }
  | { readonly type: "list"; readonly isOrdered: boolean; readonly items: readonly (readonly Block[])[] }
  | { readonly type: "table"; readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] };

const heading = /^(#{1,3}) (.+)$/;
const listItem = /^(?:-|\d+\.) +/;
const indented = /^ {4}/;

/** Splits a document into its parts. Pure. */
export function readMarkdown(text: string): readonly Block[] {
  return readBlocks(text.split("\n"));
}

function readBlocks(lines: readonly string[]): readonly Block[] {
  const blocks: Block[] = [];
  let at = 0;
  /** Takes the lines from here on for as long as they belong to the part that begins here. */
  const takeWhile = (belongs: (line: string) => boolean): string[] => {
    const begin = at;
    while (at < lines.length && belongs(lines[at] ?? "")) at++;
    return lines.slice(begin, at);
  };
  while (at < lines.length) {
    const line = lines[at] ?? "";
    const title = heading.exec(line);
    if (line.trim() === "") at++;
    else if (title) {
      const [, marks = "#", name = ""] = title;
      blocks.push({ type: "heading", level: marks.length as 1 | 2 | 3, text: name, id: headingId(name) });
      at++;
    } else if (line.startsWith("```")) {
      at++;
      blocks.push({ type: "code", text: takeWhile((next) => !next.startsWith("```")).join("\n") });
      at++;
    } else if (indented.test(line)) {
      const code = takeWhile((next) => indented.test(next) || next.trim() === "");
      blocks.push({
        type: "code",
        text: code
          .map((each) => each.slice(4))
          .join("\n")
          .trimEnd(),
      });
    } else if (line.startsWith("|")) {
      const [head = [], , ...rows] = takeWhile((next) => next.startsWith("|")).map(cells);
      blocks.push({ type: "table", head, rows });
    } else if (listItem.test(line)) {
      const own = takeWhile((next) => listItem.test(next) || /^ {2}/.test(next) || next.trim() === "");
      blocks.push({ type: "list", isOrdered: /^\d/.test(line), items: items(own).map(readBlocks) });
    } else {
      blocks.push({ type: "paragraph", text: takeWhile(isProse).join(" ") });
    }
  }
  return blocks;
}

const isProse = (line: string) =>
  line.trim() !== "" && !heading.test(line) && !listItem.test(line) && !/^(?:```|\|)/.test(line);

/** The lines of each item, without what sets it apart. */
function items(lines: readonly string[]): readonly string[][] {
  const found: string[][] = [];
  let depth = 0;
  for (const line of lines) {
    const mark = listItem.exec(line);
    if (mark) {
      depth = mark[0].length;
      found.push([line.slice(depth)]);
    } else {
      found.at(-1)?.push(line.slice(Math.min(depth, line.length - line.trimStart().length)));
    }
  }
  return found;
}

/** A bar within code, or behind a backslash, is no border. */
function cells(row: string): readonly string[] {
  const inner = row.trim().replace(/^\|/, "").replace(/\|$/, "");
  const parts = inner.match(/(?:`[^`]*`|\\\||[^|])+/g) ?? [];
  return parts.map((part) => part.replaceAll("\\|", "|").trim());
}

/** As forges name them, so that links of the documents lead there. */
function headingId(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N} -]/gu, "")
    .replaceAll(" ", "-");
}

export type Inline =
  | { readonly type: "text" | "code"; readonly text: string }
  | { readonly type: "strong" | "em"; readonly parts: readonly Inline[] }
  | { readonly type: "link"; readonly url: string; readonly parts: readonly Inline[] };

const inline = /``(.+?)``|`([^`]+)`|\*\*(.+?)\*\*|\*(\S(?:[^*]*\S)?)\*|\[([^\]]+)\]\(([^)\s]+)\)/g;

/** The words of a line, and what they are. Pure. */
export function readInline(text: string): readonly Inline[] {
  const parts: Inline[] = [];
  let end = 0;
  const plain = (until: number) => {
    if (until > end) parts.push({ type: "text", text: text.slice(end, until) });
  };
  for (const match of text.matchAll(inline)) {
    plain(match.index);
    end = match.index + match[0].length;
    const [, long, short, strong, em, label, url] = match;
    const code = long?.trim() ?? short;
    if (code !== undefined) parts.push({ type: "code", text: code });
    else if (strong !== undefined) parts.push({ type: "strong", parts: readInline(strong) });
    else if (em !== undefined) parts.push({ type: "em", parts: readInline(em) });
    else if (label !== undefined && url !== undefined) parts.push({ type: "link", url, parts: readInline(label) });
  }
  plain(text.length);
  return parts;
}
