// Keeps values in a file, like a database that a product brings along. It understands SET key value and GET key.
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";

const file = "/data/rows.json";
const read = () => {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return {};
  }
};
const rows = read();
const release = readFileSync(new URL("release.txt", import.meta.url), "utf8").trim();
if (release === "broken") process.exit(5);

createServer({ allowHalfOpen: true }, (socket) => {
  let line = "";
  socket.setEncoding("utf8");
  socket.on("error", () => {});
  socket.on("data", (part) => {
    line += part;
  });
  socket.on("end", () => {
    const [verb, key, value] = line.trim().split(" ");
    if (verb === "SET") {
      rows[key] = value;
      // The process may be stopped at any moment, and a half-written file would lose everything.
      writeFileSync(`${file}.new`, JSON.stringify(rows));
      renameSync(`${file}.new`, file);
    }
    socket.end(`${key === "release" ? release : (rows[key] ?? "nothing")}\n`);
  });
}).listen(5432);
