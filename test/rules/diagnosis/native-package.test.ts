import { expect, it } from "vitest";
import { nativePackageHint } from "../../../server/rules/diagnosis/native-package.ts";

it.each([
  [
    "Error: Cannot find module @rollup/rollup-linux-x64-gnu. npm has a bug related to optional dependencies (https://github.com/npm/cli/issues/4828).",
    "@rollup/rollup-linux-x64-gnu",
  ],
  ['The package "@esbuild/linux-x64" could not be found, and is needed by esbuild.', "@esbuild/linux-x64"],
  ["Error: Cannot find module '../lightningcss.linux-x64-gnu.node'", "lightningcss.linux-x64-gnu"],
  ["Error: Cannot find module '@swc/core-linux-x64-gnu'", "@swc/core-linux-x64-gnu"],
  ["Error: Cannot find module '@rolldown/binding-linux-arm64-musl'", "@rolldown/binding-linux-arm64-musl"],
  ["Error: Cannot find module '@tailwindcss/oxide-linux-x64-gnu'", "@tailwindcss/oxide-linux-x64-gnu"],
  ['Error: Could not load the "sharp" module using the linux-x64 runtime', "linux-x64"],
  [
    "Error: No prebuild or local build of @parcel/watcher found. Failed to load @parcel/watcher-linux-x64-glibc",
    "@parcel/watcher-linux-x64-glibc",
  ],
])("a lockfile of another system is recognised by the package that it lacks: %s", (line, name) => {
  expect(nativePackageHint(`> vite build\n${line}\n  at x`)).toBe(
    `The lockfile was written on a different system and lacks packages that Linux needs, such as ${name}. Remove package-lock.json and node_modules, run \`npm install\`, and commit package-lock.json (with pnpm, Yarn or Bun: their lockfile and install).`,
  );
});

it.each([
  "You installed esbuild for another platform than the one you're currently using.",
  "Error: /app/node_modules/bcrypt/lib/bcrypt_lib.node: invalid ELF header",
])("node_modules of another system are recognised by the program's error: %s", (line) => {
  expect(nativePackageHint(line)).toMatch(/^The node_modules folder in the image comes from a different system/);
});

it.each(["Error: Cannot find module 'express'", "Cannot find module './linux-theme'", "downloading linux-x64 binary"])(
  "what is missing for another reason is left to others: %s",
  (line) => expect(nativePackageHint(line)).toBeNull(),
);
