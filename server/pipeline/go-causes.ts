import type { BuildCause } from "./build-cause.ts";

/** What Go prints when it fails. */
export const goCauses: readonly BuildCause[] = [
  {
    pattern: /requires go >= ?([\d.]+)|note: module requires Go ([\d.]+)|invalid go version|golang\.org\/toolchain@/,
    hint: "go.mod wants a newer Go than the base image has. A Dockerfile of your own can name any, and the variable GOTOOLCHAIN=auto lets Go fetch the version that is asked for from its proxy.",
  },
  {
    pattern:
      /missing go\.sum entry|updates to go\.(?:mod|sum) needed|go\.mod file indicates|cannot load module .{0,80}listed in go\.work/,
    hint: "go.mod and go.sum are out of step with the source. Run `go mod tidy` and commit both.",
  },
  {
    pattern: /inconsistent vendoring/,
    hint: "vendor/ is out of step with go.mod. Run `go mod vendor` and commit it.",
  },
  {
    pattern:
      /C compiler "\w+" not found|build constraints exclude all Go files|C source files not allowed when not using cgo/,
    hint: "A module of it is written in C, which Baton compiles only for a few that it knows. Take one that is written in Go (modernc.org/sqlite for SQLite), or a Dockerfile of your own with a C compiler (FROM baton/go:1-full, or golang:1).",
  },
  {
    pattern: /exec: "git": executable file not found|could not read Username|terminal prompts disabled/,
    hint: "A module is fetched by git, without a proxy in between. Set the variable GOPROXY to a proxy that has it, with the token in its address, or commit vendor/ (`go mod vendor`).",
  },
  {
    pattern: /verifying (\S+?):? .{0,200}(?:sum\.golang\.org|checksum database)|sumdb/s,
    hint: "Go's checksum database does not know this module, or cannot be reached. For modules of your own, set the variable GONOSUMDB to the beginning of their paths (example.com/team).",
  },
  {
    pattern: /reading \S+\/@v\/\S+: (?:404|410)|unknown revision|no matching versions for query/,
    hint: "The module proxy has no such module or version. Check how it is written in go.mod; a module of your own wants the variables GOPROXY (with the token in the address) and GONOSUMDB (the beginning of its path).",
  },
  {
    pattern: /refusing to pass credentials to insecure URL/,
    hint: "Go gives the token in GOPROXY only to a proxy that is reached by https.",
  },
  {
    pattern: /reading \S+\/@v\/\S+: 40[13]/,
    hint: "The module proxy refuses the sign-in. Check the token in the variable GOPROXY.",
  },
];
