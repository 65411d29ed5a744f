import { afterAll, beforeAll, expect, test } from "vitest";
import { routes } from "../../../server/routes.ts";
import { useWorkshop } from "../support/apps/workshop.ts";
import { useBaton } from "../support/baton/harness.ts";
import type { Repository } from "../support/git-client.ts";
import { type PackageIndex, startPackageIndex } from "../support/package-index.ts";

const baton = useBaton();
const { appOf } = useWorkshop();
let index: PackageIndex;

beforeAll(async () => {
  index = await startPackageIndex();
});
afterAll(async () => {
  await index?.[Symbol.asyncDispose]();
});

async function createProduct(name: string, variables: Readonly<Record<string, string>>): Promise<void> {
  await baton().api.send("POST", routes.api.products(), { name });
  await baton().api.send("PUT", routes.api.productVariables(name), { set: variables });
}

async function pushed(app: Repository, product: string): Promise<string> {
  const push = await app.push(baton().remote(product)).done;
  expect(push.code, push.text).toBe(0);
  return push.text;
}

/** Whether the package index's token is in any image of a product, including the images' histories. */
async function holdsToken(product: string): Promise<boolean> {
  const { docker } = baton();
  const names = await baton().containersOf(product);
  const ids = new Set(await Promise.all(names.map(async (name) => (await docker.getContainer(name).inspect()).Image)));
  expect(ids.size).toBeGreaterThan(0);
  for (const id of ids) {
    const image = docker.getImage(id);
    if (JSON.stringify(await image.history()).includes(index.token)) return true;
    let end = "";
    for await (const chunk of await image.get()) {
      const text = end + chunk.toString("latin1");
      if (text.includes(index.token)) return true;
      end = text.slice(-index.token.length);
    }
  }
  return false;
}

/** The web service answers with what the worker wrote into their shared volume. */
const python = {
  "baton.yaml": "stacks: { web: { path: ., volumes: { notes: /notes } } }\n",
  Procfile: "web: python3 -u app.py\nworker: python3 -u worker.py\n",
  "requirements.txt": "-r lists/all.txt\n",
  "lists/all.txt": "greeting==1.0\n",
  "worker.py":
    'import time\nopen("/notes/by-worker", "w").write("a note")\nprint("noted", flush=True)\nwhile True:\n    time.sleep(1)\n',
  "app.py": `import os
from http.server import BaseHTTPRequestHandler, HTTPServer

import greeting


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        note = open("/notes/by-worker").read() if os.path.exists("/notes/by-worker") else "no note"
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"{greeting.greet('one')}, with {note}".encode())


HTTPServer(("0.0.0.0", int(os.environ["PORT"])), Handler).serve_forever()
`,
};

let isSnakeLive: Promise<{ readonly app: Repository; readonly output: string }> | undefined;

/** The Python app, pushed by the first test that needs it. */
function snake() {
  isSnakeLive ??= (async () => {
    await createProduct("snake", { PIP_INDEX_URL: index.pythonUrl, PIP_TRUSTED_HOST: index.host });
    const app = await appOf(python);
    return { app, output: await pushed(app, "snake") };
  })();
  return isSnakeLive;
}

test("a Python app gets its packages from an index of its own, and shares a volume with its worker", async () => {
  const { app, output } = await snake();
  expect(output).toContain("pip install, from requirements.txt");
  expect(output).toContain("COPY lists/all.txt ./lists/");
  expect(output).not.toContain(index.token);
  expect(index.asked()).toContain("/files/greeting-1.0-py3-none-any.whl");
  expect((await baton().ask("snake", "/")).body).toBe("Hello, one, from a package, with a note");
  expect(await holdsToken("snake")).toBe(false);

  // Only the source has changed, so nothing is installed.
  await app.write({ "app.py": python["app.py"].replace("'one'", "'two'") });
  await app.commit("Greet another");
  expect(await pushed(app, "snake")).toMatch(/pip install --requirement requirements\.txt \(unchanged\)/);
  expect(index.asked()).toEqual([]);
  expect((await baton().ask("snake", "/")).body).toBe("Hello, two, from a package, with a note");
});

test("a package that no index has is named, and the last version goes on", async () => {
  await snake();
  const app = await appOf({ ...python, "lists/all.txt": "greeting==1.0\ngreetings==1.0\n" });
  const { code, text: output } = await app.push(baton().remote("snake"), "HEAD:main", "--force").done;
  expect(code).not.toBe(0);
  expect(output).toContain("No index has greetings==1.0 for this Python.");
  expect((await baton().ask("snake", "/")).status).toBe(200);
});

const go = () => ({
  "go.mod": "module example.test/shop\n\ngo 1.21\n\nrequire example.test/greeting v1.0.0\n",
  "go.sum": index.goSum,
  "templates/page.txt": "{{.}} and a template\n",
  // The app does without net/http, which takes half a minute to compile.
  "main.go": `package main

import (
	"bufio"
	"io"
	"net"
	"os"
	"strings"

	"example.test/greeting"
)

func main() {
	page, _ := os.ReadFile("templates/page.txt")
	body := strings.ReplaceAll(string(page), "{{.}}", greeting.Greet("one"))
	server, _ := net.Listen("tcp", ":"+os.Getenv("PORT"))
	for {
		connection, _ := server.Accept()
		reader := bufio.NewReader(connection)
		for line := " "; strings.TrimSpace(line) != ""; {
			line, _ = reader.ReadString('\\n')
		}
		io.WriteString(connection, "HTTP/1.0 200 OK\\r\\n\\r\\n"+body)
		connection.Close()
	}
}
`,
});

test("a Go program gets its modules from a proxy of its own, and finds its files where it runs", async () => {
  await createProduct("gopher", { GOPROXY: index.goUrl, GONOSUMDB: "example.test" });
  const app = await appOf(go());
  const output = await pushed(app, "gopher");
  expect(output).not.toContain(index.token);
  expect(index.asked()).toContain("/go/example.test/greeting/@v/v1.0.0.zip");
  expect((await baton().ask("gopher", "/")).body).toBe("Hello, one, from a module and a template\n");
  expect(await holdsToken("gopher")).toBe(false);

  await app.write({ "main.go": go()["main.go"].replace('"one"', '"two"') });
  await app.commit("Greet another");
  expect(await pushed(app, "gopher")).toMatch(/go mod download \(unchanged\)/);
  expect(index.asked()).toEqual([]);
  expect((await baton().ask("gopher", "/")).body).toBe("Hello, two, from a module and a template\n");
});
