/** Parses JSON as people write it by hand, with comments and trailing commas. Throws a SyntaxError like JSON.parse. */
export function parseJsonWithComments(text: string): unknown {
  const withoutComments = text.replace(/"(?:[^"\\]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (match) =>
    match.startsWith('"') ? match : " ",
  );
  return JSON.parse(
    withoutComments.replace(/"(?:[^"\\]|\\.)*"|,(?=\s*[}\]])/g, (match) => (match === "," ? "" : match)),
  );
}
