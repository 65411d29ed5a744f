// The client of the sample's database. It sends one line and gets one line back.
import { connect } from "node:net";

const [host, port] = process.env.DATABASE.split(":");

export function ask(line) {
  return new Promise((resolve, reject) => {
    let reply = "";
    const socket = connect(Number(port), host, () => socket.end(`${line}\n`));
    socket.setEncoding("utf8");
    socket.on("data", (part) => {
      reply += part;
    });
    socket.on("end", () => resolve(reply.trim()));
    socket.on("error", reject);
  });
}
