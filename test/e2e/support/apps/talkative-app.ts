/** An app that prints what a request asks for: `/print?text=…` one line, `/flood?lines=…` many. */
export const talkativeApp: Readonly<Record<string, string>> = {
  "package.json": JSON.stringify({
    name: "talkative",
    private: true,
    type: "module",
    scripts: { start: "node server.js" },
  }),
  "server.js": `import { createServer } from "node:http";

console.log("talkative");
createServer((request, answer) => {
  const { pathname, searchParams } = new URL(request.url, "http://app");
  if (pathname === "/print") console.log(searchParams.get("text"));
  if (pathname === "/flood") {
    const lines = Array.from({ length: Number(searchParams.get("lines")) }, (_, index) => floodOf(index + 1));
    process.stdout.write(lines.join("\\n") + "\\n");
  }
  answer.end("printed");
}).listen(process.env.PORT);

const floodOf = ${floodOf.toString()};
`,
};

/** Every tenth line is long enough to wrap. */
export function floodOf(line: number): string {
  return `line ${line} of the flood${line % 10 === 0 ? `: ${"and so on ".repeat(20)}` : ""}`.trim();
}
