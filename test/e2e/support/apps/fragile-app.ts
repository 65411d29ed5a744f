/** An app that ends when a request asks for it: `/end?code=3` once, `/break?times=7` at each of its next starts, too. */
export const fragileApp: Readonly<Record<string, string>> = {
  "package.json": JSON.stringify({
    name: "fragile",
    private: true,
    type: "module",
    scripts: { start: "node server.js" },
  }),
  "server.js": `import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";

const file = "/tmp/times-to-break";
const left = () => { try { return Number(readFileSync(file, "utf8")); } catch { return 0; } };
if (left() > 0) {
  writeFileSync(file, String(left() - 1));
  console.error("Error: Environment variable DATABASE_URL is not set");
  process.exit(1);
}
createServer((request, answer) => {
  const { pathname, searchParams } = new URL(request.url, "http://app");
  if (pathname === "/end") process.exit(Number(searchParams.get("code")));
  if (pathname === "/break") {
    writeFileSync(file, searchParams.get("times"));
    process.exit(1);
  }
  answer.end("whole");
}).listen(process.env.PORT);
`,
};
