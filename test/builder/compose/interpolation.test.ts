// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how Compose writes variables.
import { describe, expect, it } from "vitest";
import { complaintsOf, problemsOf, projectOf, serviceOf, withService } from "./composed.ts";

describe("the variables of a compose file", () => {
  it("come from the product first, then from the .env beside the file", async () => {
    const files = {
      ".env": "TAG=1\nUSER_NAME=me",
      "compose.yaml": "services: { web: { image: 'app:${TAG}', user: $USER_NAME } }",
    };
    const { services } = await projectOf(files, { variables: { TAG: "2" } });
    expect(services[0]).toMatchObject({ source: { reference: "app:2" }, container: { user: "me" } });
  });

  it("come from the .env of the file's own folder", async () => {
    const files = {
      ".env": "TAG=1",
      "app/.env": "TAG=2",
      "app/compose.yaml": "services: { web: { image: 'app:${TAG}' } }",
    };
    const { services } = await projectOf(files, { folder: "app" });
    expect(services[0]).toMatchObject({ source: { reference: "app:2" } });
  });

  it("are warned about once where they are not set and have no default", async () => {
    const file = withService("user: ${A:-me}\nworking_dir: /$B\nlabels: { a: $B, c: $C }");
    const { warnings } = await projectOf(file, { variables: { C: "c" } });
    expect(warnings).toEqual(["B is not set and has no default: it is empty"]);
  });

  it("are all asked for that must be set, at their lines, with the file's own words", async () => {
    const problems = await problemsOf(withService("user: ${A:?who runs it}\nenvironment:\n  - KEY=${B?}"));
    expect(problems.map(({ line, message }) => `${line} ${message}`)).toEqual([
      "4 services.web.user needs the variable A, which is not set: who runs it",
      "6 services.web.environment[0] needs the variable B, which is not set",
    ]);
  });

  it("need a second dollar sign where none is meant", async () => {
    expect(await complaintsOf(withService("command: echo $(date)"))).toEqual([
      "compose.yaml:4 services.web.command has a $ that doesn't begin a variable: $(date)",
    ]);
    expect((await serviceOf("command: echo $$HOME")).command).toEqual(["echo", "$HOME"]);
  });

  it("know the project's name", async () => {
    const { services } = await projectOf("name: shop\nservices: { web: { image: app, user: $COMPOSE_PROJECT_NAME } }");
    expect(services[0]?.container.user).toBe("shop");
  });

  it("may switch profiles on", async () => {
    const file = "services: { web: { image: app }, seed: { image: app, profiles: [dev, seed] } }";
    const names = async (options: object) => (await projectOf(file, options)).services.map(({ name }) => name);
    expect(await names({})).toEqual(["web"]);
    expect(await names({ profiles: ["seed"] })).toEqual(["web", "seed"]);
    expect(await names({ variables: { COMPOSE_PROFILES: "other, dev" } })).toEqual(["web", "seed"]);
  });

  it("are left alone in fragments, and filled in where these are used", async () => {
    const file =
      "x-never: { user: '${A:?never asked for}' }\nx-base: &base { user: $B }\nservices: { web: { image: app, <<: *base } }";
    const { services } = await projectOf(file, { variables: { B: "me" } });
    expect(services[0]?.container.user).toBe("me");
  });

  it("cannot fill the memory", async () => {
    const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
    const doubling = letters.map(
      (letter, index) => `${letter}=${index === 0 ? "x".repeat(100) : `$${letters[index - 1]}`.repeat(2)}`,
    );
    const complaints = await complaintsOf({ ".env": doubling.join("\n"), "compose.yaml": withService("user: $Z") });
    expect(complaints).toEqual(expect.arrayContaining([expect.stringMatching(/^\.env:\d+ \w grows beyond 128 KiB$/)]));
    const labels = Array.from({ length: 200 }, (_, index) => `  l${index}: $A`).join("\n");
    const long = await complaintsOf(withService(`labels:\n${labels}`), { variables: { A: "x".repeat(100_000) } });
    expect(long[0]).toMatch(/has variables whose values add up to more than 8 MiB/);
  });
});
