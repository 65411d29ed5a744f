import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { ask } from "./database.mjs";

const { version, api } = JSON.parse(readFileSync(new URL("release.json", import.meta.url), "utf8"));

createServer(async (request, answer) => {
  const { pathname, searchParams } = new URL(request.url, "http://api");
  if (pathname === "/version") return answer.end(version);
  if (pathname === "/remember")
    return answer.end(await ask(`SET ${searchParams.get("key")} ${searchParams.get("value")}`));
  if (pathname === "/recall") return answer.end(await ask(`GET ${searchParams.get("key")}`));
  if (api === "sick") answer.writeHead(500);
  answer.end(version);
}).listen(3000);
