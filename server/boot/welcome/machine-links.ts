import type { Uses } from "../../commands/adapters.ts";
import { makeMachineLinks } from "../../commands/people/make-links.ts";
import { routes } from "../../routes.ts";

/** Makes what `npm run admin -- link` prints. Rejects with one sentence when there is nobody with this address. */
export async function machineLinksText(
  adapters: Uses<"store" | "clock">,
  publicUrl: URL,
  email: string | null,
): Promise<string> {
  const made = await makeMachineLinks(adapters, email);
  const urlOf = (secret: string) => new URL(routes.join(secret), publicUrl).href;
  switch (made.type) {
    case "refused":
      throw new Error(made.message);
    case "first":
      return `Makes the first administrator:\n\n  ${urlOf(made.link.secret)}\n\n${once}`;
    case "new":
      return `Makes ${made.email} an administrator:\n\n  ${urlOf(made.link.secret)}\n\n${once}`;
    case "existing": {
      const lines = made.links.map(({ user, link }) => `${user.name} <${user.email}>:\n\n  ${urlOf(link.secret)}\n`);
      return `Signs in and sets a new password for\n\n${lines.join("\n")}\n${made.links.length > 1 ? each : once}`;
    }
  }
}

const once = "It works once, for 15 minutes.\n";
const each = "Each works once, for 15 minutes. To print one only: npm run admin -- link --email ada@example.com\n";
