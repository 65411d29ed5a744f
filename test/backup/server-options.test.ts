import { expect, it } from "vitest";
import { modulesIn } from "../../server/backup/dumps/redis.ts";
import { optionOf, shellWords, wordsOf } from "../../server/backup/dumps/server-options.ts";

const variables = { REDIS_PASSWORD: "it's $ecret", PORT: "7001" };

it.each([
  [["redis-server", "--port", "7001"], "7001"],
  [["redis-server", "--port=7001"], "7001"],
  [["docker-entrypoint.sh", "sh", "-c", "exec redis-server --port $PORT"], "7001"],
  [["/bin/bash", "-euc", "redis-server --port '7001'"], "7001"],
  [["/bin/sh", "-c", `redis-server --port "\${PORT:-6379}"`], "7001"],
  [["sh", "-c", `redis-server --port \${NONE:-6380}`], "6380"],
  [["redis-server"], null],
  [["redis-server", "--portal", "7001"], null],
  [["redis-server", "--port"], null],
])("an option of %j is %j", (command, port) => {
  expect(optionOf({ command, variables }, "--port")).toBe(port);
});

it("a word of an argument vector is never split, nor expanded", () => {
  const command = ["redis-server", "--requirepass", "open $PORT 'sesame'"];
  expect(optionOf({ command, variables }, "--requirepass")).toBe("open $PORT 'sesame'");
});

it("a shell's line is split as the shell would, with what the variables hold in one piece", () => {
  expect(shellWords(`a 'b c'  "d \\"e\\" $PORT" f\\ g x'y'"z" '$PORT'`, variables)).toEqual([
    ...["a", "b c", 'd "e" 7001', "f g", "xyz", "$PORT"],
  ]);
  const command = ["sh", "-c", 'redis-server --requirepass "$REDIS_PASSWORD" --save ""'];
  expect(wordsOf({ command, variables })).toEqual(["redis-server", "--requirepass", "it's $ecret", "--save", ""]);
});

it("only modules that were loaded from files are loaded again, with their arguments", () => {
  const search = ["name", "search", "ver", "21005", "path", "/lib/search.so", "args", "MAXDOCTABLESIZE", "name"];
  const others = ["name", "lua", "ver", "1", "path", "lua", "args", "", "name", "json", "ver", "2", "path", "/j.so"];
  expect(modulesIn([...search, ...others, "args", ""].join("\n"))).toEqual([
    ["/lib/search.so", "MAXDOCTABLESIZE", "name"],
    ["/j.so"],
  ]);
  expect(modulesIn("")).toEqual([]);
});
