// Answers with its own version and with that of the api behind it. One answer must never name two versions.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

const { version } = JSON.parse(readFileSync(new URL("release.json", import.meta.url), "utf8"));

createServer(async (request, answer) => {
  if (request.url === "/both") {
    const api = await fetch("http://api:3000/version").then((reply) => reply.text());
    return answer.end(`${version} ${api}`);
  }
  answer.end(version);
}).listen(3000);
