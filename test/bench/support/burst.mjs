// Sends prepared HTTP requests to one address, all at the same moment and each on a connection of its own, and prints
// how long each answer took. It is a process of its own that gives way to the server, and a request is only bytes: it
// should cost as little as possible of what is measured.
//   stdin: {"host":"127.0.0.1","port":8080,"requests":["POST / HTTP/1.1\r\n…"]}
//   stdout: [{"status":202,"tookMs":12.3}]

import { connect } from "node:net";
import { setPriority } from "node:os";
import { text } from "node:stream/consumers";

setPriority(10);
const { host, port, requests } = JSON.parse(await text(process.stdin));
const answers = await Promise.all(requests.map(answerTo));
process.stdout.write(JSON.stringify(answers));

function answerTo(request) {
  return new Promise((resolve, reject) => {
    const beganMs = performance.now();
    const socket = connect({ host, port }, () => socket.write(request));
    socket.setNoDelay(true).on("error", reject);
    socket.once("data", (chunk) => {
      const tookMs = performance.now() - beganMs;
      resolve({ status: Number(chunk.toString("latin1", 9, 12)), tookMs });
      socket.destroy();
    });
  });
}
