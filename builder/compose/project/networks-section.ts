import { sayInternal } from "../judge/not-applied.ts";
import { child, children, type Field, flag, items, text, texts } from "../read/field.ts";
import type { Report } from "../read/report.ts";

/**
 * Checks the networks of a file and returns the declared names. Baton has its own network, which every service of a
 * deployment joins.
 */
export function checkNetworks(root: Field, report: Report): ReadonlySet<string> {
  const section = child(root, "networks");
  const declared = children(section);
  for (const [, network] of declared) {
    sayInternal(network, report);
    const external = child(network, "external");
    if (!external || flag(external) === false) continue;
    const hint = "Remove it; products reach each other by their public addresses.";
    report.problem(external.at, external.key, "joins a network that does not belong to the product", hint);
  }
  if (section && declared.length > 0) {
    const names = declared.map(([name]) => name).join(", ");
    report.note(section.key, `(${names}) are replaced: all services are on one network and reach each other by name`);
  }
  return new Set(["default", ...declared.map(([name]) => name)]);
}

/** Returns the additional names that a service has on its networks. */
export function networkAliases(service: Field, declared: ReadonlySet<string>, report: Report): readonly string[] {
  const field = child(service, "networks");
  const named = [...items(field).map((item) => [text(item) ?? "", item] as const), ...children(field)];
  for (const [name, item] of named) {
    if (name === "" || declared.has(name)) continue;
    const hint = `Add it at the end of the file: networks: { ${name}: }; or remove it: Baton has its own networks.`;
    report.problem(item.at, item.key, `joins the network ${name}, which is not declared`, hint);
  }
  return children(field).flatMap(([, network]) => {
    const address = child(network, "ipv4_address") ?? child(network, "ipv6_address");
    if (address) report.note(address.key, "is not applied: services reach each other by name");
    return texts(child(network, "aliases"));
  });
}
