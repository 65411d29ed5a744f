import { describe, expect, it } from "vitest";
import { databaseImage } from "../../../server/rules/data/database-images.ts";

describe("an image is known as a database", () => {
  it.each([
    ["postgres", "a PostgreSQL database"],
    ["postgres:16-alpine@sha256:aaaa", "a PostgreSQL database"],
    ["docker.io/library/postgres:17", "a PostgreSQL database"],
    ["registry.example.com:5000/mirror/postgres", "a PostgreSQL database"],
    ["postgis/postgis:16-3.4", "a PostgreSQL database"],
    ["timescale/timescaledb-ha:pg16", "a PostgreSQL database"],
    ["pgvector/pgvector:pg17", "a PostgreSQL database"],
    ["supabase/postgres:15", "a PostgreSQL database"],
    ["citusdata/citus:13", "a PostgreSQL database"],
    ["apache/age", "a PostgreSQL database"],
    ["bitnamilegacy/mysql:8", "a MySQL database"],
    ["container-registry.oracle.com/mysql/community-server:9.4", "a MySQL database"],
    ["percona/percona-server-mongodb:8.0", "a MongoDB database"],
    ["valkey/valkey-bundle:9", "a Redis database"],
    ["eqalpha/keydb", "a Redis database"],
    ["docker.dragonflydb.io/dragonflydb/dragonfly", "a Dragonfly database"],
    ["bitnami/redis-cluster:8", "a Redis cluster"],
    ["MariaDB:11", "a MariaDB database"],
    ["mongo:7", "a MongoDB database"],
    ["valkey/valkey:8", "a Redis database"],
    ["docker.elastic.co/elasticsearch/elasticsearch:8.15.0", "an Elasticsearch cluster"],
    ["rabbitmq:3-management", "a RabbitMQ broker"],
    ["influxdb:2", "an InfluxDB database"],
    ["clickhouse/clickhouse-server", "a ClickHouse database"],
    ["couchdb", "a CouchDB database"],
    ["quay.io/minio/minio:latest", "a MinIO store"],
    ["neo4j:5", "a Neo4j database"],
    ["mcr.microsoft.com/mssql/server:2022-latest", "a SQL Server database"],
    ["cockroachdb/cockroach:v24.1.0", "a CockroachDB database"],
  ])("%s", (reference, what) => {
    expect(databaseImage(reference)?.what).toBe(what);
  });

  it.each([
    "node:22",
    "nginx",
    "prom/postgres-exporter",
    "edoburu/pgbouncer",
    "acme/age",
    "acme/community-server",
    "memcached",
    "acme/server",
    "postgres/web",
  ])("%s is not", (reference) => {
    expect(databaseImage(reference)).toBeNull();
  });

  it("with the folder of whoever packed it first", () => {
    expect(databaseImage("mysql")?.folders[0]).toBe("/var/lib/mysql");
    expect(databaseImage("bitnami/mysql:8.4")?.folders[0]).toBe("/bitnami/mysql");
  });
});
