import { createServer } from "node:http";

createServer((_request, answer) => answer.end("a plain Node app")).listen(process.env.PORT);
