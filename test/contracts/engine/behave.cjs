// Runs in a container and behaves as behaviour.json says. It is the real counterpart of test/fakes/docker/container.ts.
const fs = require("node:fs");
const http = require("node:http");
const path = require("node:path");

const app = JSON.parse(fs.readFileSync(path.join(__dirname, "behaviour.json"), "utf8"));
const began = Date.now();
const print = (line) => process.stdout.write(`${line}\n`);

const count = path.join(__dirname, "lives");
const lives = fs.existsSync(count) ? Number(fs.readFileSync(count, "utf8")) : 0;
fs.writeFileSync(count, String(lives + 1));

process.on("SIGTERM", () => {
  if (app.ignoresSigterm) return;
  setTimeout(() => process.exit(143), app.stopsAfterMs ?? 0);
});

for (const line of app.prints ?? []) print(line);
for (const [file, content] of Object.entries(app.writes ?? {})) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, content);
}
for (const file of app.shows ?? []) {
  print(`${file}: ${fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "nothing"}`);
}

const exits = app.exits ?? [];
const exit = exits[Math.min(lives, exits.length - 1)];
if (exit) {
  setTimeout(() => {
    if (!exit.outOfMemory) process.exit(exit.code);
    const held = [];
    for (;;) held.push(Buffer.alloc(16 * 1024 * 1024, 1));
  }, exit.afterMs);
}

if (app.healthcheck) {
  setTimeout(() => fs.writeFileSync("/tmp/health", app.healthcheck.status), app.healthcheck.afterMs);
}

let requests = 0;
function answer(request, response) {
  const answers = app.answers ?? [200];
  const late = app.breaksAfterMs !== undefined && Date.now() - began >= app.breaksAfterMs;
  const next = late ? 500 : answers[Math.min(requests++, answers.length - 1)];
  setTimeout(() => {
    if (next === "hang") return;
    if (next === "close") request.socket.destroy();
    else if (next === "garbage") request.socket.end("SSH-2.0-OpenSSH\r\n");
    else response.writeHead(next).end();
  }, app.answersAfterMs ?? 0);
}

const port = app.port === undefined ? process.env.PORT : app.port;
if (port) {
  setTimeout(() => {
    http.createServer(answer).listen(Number(port), app.loopbackOnly ? "127.0.0.1" : "0.0.0.0");
  }, app.listensAfterMs ?? 0);
}
// Keeps the process running until it is stopped.
setInterval(() => {}, 1_000_000);
