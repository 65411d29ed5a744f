/**
 * How programs write a text: as it is, in URLs, JSON, HTML and shells, in hexadecimal and in base64. Forms shorter than
 * `leastChars` are left out, because they occur in other words.
 */
export function formsOf(text: string, leastChars: number): readonly string[] {
  const bytes = Buffer.from(text, "utf8");
  const written = [text, ...inUrls(text, bytes), ...inJson(text), ...inHtml(text), ...inShells(text)];
  const encoded = [bytes.toString("hex"), escapedBytes(bytes, "\\x"), ...base64Of(bytes), ...wrappedBase64Of(bytes)];
  return [...new Set([...written, ...encoded])].filter((form) => form.length >= leastChars);
}

/**
 * Programs differ in what they leave unescaped: JavaScript `!'()*`, Python a slash; forms write a space as a plus; some
 * escape every byte. Covers a URL within a URL, too.
 */
function inUrls(text: string, bytes: Buffer): readonly string[] {
  const usual = encodeURIComponent(text.toWellFormed());
  const strict = usual.replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
  const once = [
    usual,
    strict,
    strict.replaceAll("%2F", "/"),
    strict.replaceAll("%20", "+"),
    encodeURI(text.toWellFormed()),
  ];
  const inForm = new URLSearchParams({ "": text }).toString().slice(1);
  once.push(inForm, inForm.replaceAll("+", "%20"));
  return [...once, escapedBytes(bytes, "%"), encodeURIComponent(usual), encodeURIComponent(strict)];
}

function escapedBytes(bytes: Buffer, sign: string): string {
  return bytes.toString("hex").replace(/../g, (byte) => `${sign}${byte}`);
}

/** Some programs escape everything but ASCII, slashes, or HTML's special characters. Covers JSON within JSON, too. */
function inJson(text: string): readonly string[] {
  const usual = inQuotes(text);
  const ascii = usual.replace(/[^ -~]/g, unicodeEscape);
  const forPages = ascii.replace(/[<>&'+]/g, unicodeEscape);
  return [
    usual,
    ascii,
    ascii.replaceAll("/", "\\/"),
    ascii.replace(/[<>&]/g, unicodeEscape),
    forPages,
    inQuotes(usual),
  ];
}

function inQuotes(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function unicodeEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function inHtml(text: string): readonly string[] {
  const tags = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const apostrophes = ["&#39;", "&#x27;"].map((sign) => tags.replaceAll("'", sign));
  return [tags, ...apostrophes.flatMap((part) => ["&quot;", "&#34;"].map((sign) => part.replaceAll('"', sign)))];
}

/** As `set -x`, `printf %q`, Python's shlex and double quotes write it, and as a quoted string of many languages. */
function inShells(text: string): readonly string[] {
  const inStrings = text.replace(/[\\']/g, "\\$&").replaceAll("\n", "\\n").replaceAll("\r", "\\r");
  return [
    text.replaceAll("'", `'\\''`),
    text.replaceAll("'", `'"'"'`),
    text.replace(/[^\w./:=@%+,\n-]/g, "\\$&"),
    text.replace(/[$`"\\]/g, "\\$&"),
    inStrings.replaceAll("\t", "\\t"),
  ];
}

/**
 * In base64, a text looks different depending on its offset modulo three. The search covers what the text's own bytes
 * determine; the characters at both ends also contain bits of the neighbouring bytes.
 */
function base64Of(bytes: Buffer): readonly string[] {
  return [0, 1, 2].flatMap((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    const first = Math.ceil((before * 8) / 6);
    const last = Math.floor(((before + bytes.length) * 8) / 6);
    return bothAlphabets(encoded.slice(first, last));
  });
}

/** Programs wrap long base64 after 76 characters, PEM files after 64. */
function wrappedBase64Of(bytes: Buffer): readonly string[] {
  const encoded = bytes.toString("base64");
  const lines = [64, 76].flatMap((width) => encoded.match(new RegExp(`.{1,${width}}`, "g")) ?? []);
  return lines.filter((line) => line.length >= 8 && line.length < encoded.length).flatMap(bothAlphabets);
}

function bothAlphabets(base64: string): readonly string[] {
  return [base64, base64.replaceAll("+", "-").replaceAll("/", "_")];
}
