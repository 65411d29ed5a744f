import type { BuildCause } from "./build-cause.ts";

/** What Go prints when it fails. */
export const goCauses: readonly BuildCause[] = [
  {
    pattern: /requires go >= ?([\d.]+)|note: module requires Go ([\d.]+)|invalid go version|golang\.org\/toolchain@/,
    hint: "go.mod requires a newer Go than the base image has. Use your own Dockerfile with that version, or set the variable GOTOOLCHAIN=auto so that Go downloads the required version from its proxy.",
  },
  {
    pattern:
      /missing go\.sum entry|updates to go\.(?:mod|sum) needed|go\.mod file indicates|cannot load module .{0,80}listed in go\.work/,
    hint: "go.mod and go.sum are out of sync with the source. Run `go mod tidy` and commit both.",
  },
  {
    pattern: /inconsistent vendoring/,
    hint: "vendor/ is out of sync with go.mod. Run `go mod vendor` and commit it.",
  },
  {
    pattern:
      /C compiler "\w+" not found|build constraints exclude all Go files|C source files not allowed when not using cgo/,
    hint: "One of its modules contains C code, which Baton compiles only for a few known modules. Use one written in Go (modernc.org/sqlite for SQLite), or your own Dockerfile with a C compiler (FROM baton/go:1-full, or golang:1).",
  },
  {
    pattern: /exec: "git": executable file not found|could not read Username|terminal prompts disabled/,
    hint: "A module is fetched directly with git instead of through a proxy. Set the variable GOPROXY to a proxy that has it, with the token in its URL, or commit vendor/ (`go mod vendor`).",
  },
  {
    pattern: /verifying (\S+?):? .{0,200}(?:sum\.golang\.org|checksum database)|sumdb/s,
    hint: "Go's checksum database does not have this module, or cannot be reached. For your own modules, set the variable GONOSUMDB to the beginning of their paths (example.com/team).",
  },
  {
    pattern: /reading \S+\/@v\/\S+: (?:404|410)|unknown revision|no matching versions for query/,
    hint: "The module proxy has no such module or version. Check its name and version in go.mod; a private module needs the variables GOPROXY (with the token in the URL) and GONOSUMDB (the beginning of its path).",
  },
  {
    pattern: /refusing to pass credentials to insecure URL/,
    hint: "Go sends the token in GOPROXY only to a proxy with an https URL.",
  },
  {
    pattern: /reading \S+\/@v\/\S+: 40[13]/,
    hint: "The module proxy rejects the credentials. Check the token in the variable GOPROXY.",
  },
];
