import { textOf } from "./member.ts";
import { origin, type World } from "./world.ts";

export type FakeBrowser = ReturnType<typeof aBrowser>;

const userAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";

/** A browser without scripts: it keeps cookies, and sends forms with the CSRF token of the last page that had one. */
export function aBrowser(world: World, base = origin) {
  const cookies = new Map<string, string>();
  let csrf = "";

  async function send(path: string, init: RequestInit = {}) {
    const headers = new Headers(init.headers);
    headers.set("user-agent", userAgent);
    headers.set("host", new URL(base).host);
    headers.set("cookie", [...cookies].map(([name, value]) => `${name}=${value}`).join("; "));
    if (init.method === "POST") headers.set("origin", base);
    const answer = await world.fetch(new URL(path, base).href, { ...init, headers });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (line.includes("Max-Age=0")) cookies.delete(name);
      else cookies.set(name, value);
    }
    const html = await answer.text();
    csrf = /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? csrf;
    return { status: answer.status, location: answer.headers.get("location"), html, text: textOf(html), answer };
  }

  return {
    cookies,
    get: (path: string) => send(path),
    post: (path: string, fields: Readonly<Record<string, string>> = {}) =>
      send(path, { method: "POST", body: new URLSearchParams({ csrf, ...fields }) }),
    postJson: async (path: string, content: object) => {
      const headers = { "content-type": "application/json", "x-csrf-token": csrf };
      const answer = await send(path, { method: "POST", headers, body: JSON.stringify(content) });
      return { ...answer, json: JSON.parse(answer.html) as Record<string, never> };
    },
    /** Whether a page for members is shown. */
    isSignedIn: async () => (await send("/queue")).status === 200,
  };
}
