import { PlanProblem, type SourceTree } from "../plan/plan.ts";

/** A language that Baton cannot build without a Dockerfile. To recognise another one, add an entry. */
interface Language {
  readonly name: string;
  /** Matches the names of files in the root that identify the language. */
  readonly files: RegExp;
  /** The usual base image in a Dockerfile for the language. */
  readonly image: string;
}

const languages: readonly Language[] = [
  { name: "PHP", files: /^(?:composer\.json|index\.php|artisan)$/, image: "php:8-apache" },
  { name: "Ruby", files: /^(?:Gemfile|config\.ru|[^/]+\.gemspec)$/, image: "ruby:3-slim" },
  { name: "Java", files: /^(?:pom\.xml|build\.gradle(?:\.kts)?|mvnw|gradlew)$/, image: "eclipse-temurin:21" },
  { name: "Elixir", files: /^mix\.exs$/, image: "elixir:1" },
  { name: "Rust", files: /^Cargo\.toml$/, image: "rust:1" },
  { name: ".NET", files: /^[^/]+\.(?:csproj|fsproj|vbproj|sln|slnx)$/, image: "mcr.microsoft.com/dotnet/sdk:8.0" },
  { name: "Deno", files: /^deno\.jsonc?$/, image: "denoland/deno:2" },
  { name: "Scala", files: /^build\.sbt$/, image: "sbtscala/scala-sbt" },
  { name: "Clojure", files: /^(?:project\.clj|deps\.edn)$/, image: "clojure" },
  { name: "Haskell", files: /^(?:stack\.yaml|[^/]+\.cabal)$/, image: "haskell:9" },
  { name: "Crystal", files: /^shard\.yml$/, image: "crystallang/crystal:1" },
  { name: "Dart", files: /^pubspec\.yaml$/, image: "dart:3" },
  { name: "Swift", files: /^Package\.swift$/, image: "swift:6" },
  { name: "Gleam", files: /^gleam\.toml$/, image: "ghcr.io/gleam-lang/gleam" },
  { name: "Zig", files: /^build\.zig$/, image: "debian:12-slim" },
  { name: "R", files: /^(?:renv\.lock|DESCRIPTION|app\.R)$/, image: "r-base" },
  { name: "Hugo", files: /^hugo\.(?:toml|ya?ml|json)$/, image: "hugomods/hugo" },
  { name: "Perl", files: /^(?:cpanfile|app\.psgi)$/, image: "perl:5" },
  { name: "C or C++", files: /^(?:CMakeLists\.txt|meson\.build)$/, image: "gcc:14" },
];

/** Returns the file in the root that identifies another language; null when there is none. */
export function otherLanguageOf(tree: SourceTree): string | null {
  return find(tree)?.file ?? null;
}

/** Says which language was found and how to deploy it; null when none is recognised. */
export function otherLanguage(tree: SourceTree): PlanProblem | null {
  const found = find(tree);
  if (found === null) return null;
  const { language, file } = found;
  return new PlanProblem(
    `Baton does not build ${language.name} automatically (found ${file})`,
    `Add a Dockerfile (for instance FROM ${language.image}) that starts a server on the port in PORT: Baton can deploy whatever it builds.`,
  );
}

function find(tree: SourceTree): { readonly language: Language; readonly file: string } | null {
  const names = [...tree.files.keys()].filter((path) => !path.includes("/"));
  for (const language of languages) {
    const file = names.find((name) => language.files.test(name));
    if (file !== undefined) return { language, file };
  }
  return null;
}
