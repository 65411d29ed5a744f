/** Images of databases, caches and brokers by the last part of their name, with the port on which they listen. */
export const dataImages: ReadonlyMap<string, { readonly port: number; readonly what: string }> = new Map(
  [
    [5432, "a PostgreSQL database", "postgres postgresql postgis timescaledb pgvector pgvecto-rs paradedb"],
    [3306, "a MySQL database", "mysql mariadb percona percona-server mysql-server"],
    [27017, "a MongoDB database", "mongo mongodb mongodb-community-server ferretdb"],
    [6379, "a Redis cache", "redis redismod redis-stack redis-stack-server valkey keydb dragonfly"],
    [11211, "a Memcached cache", "memcached"],
    [5672, "a RabbitMQ broker", "rabbitmq"],
    [4222, "a NATS broker", "nats"],
    [9092, "a Kafka broker", "kafka cp-kafka kafka-native redpanda"],
    [2181, "a ZooKeeper", "zookeeper cp-zookeeper"],
    [2379, "an etcd store", "etcd"],
    [1883, "an MQTT broker", "eclipse-mosquitto mosquitto emqx"],
    [9042, "a Cassandra database", "cassandra scylla"],
    [26257, "a CockroachDB database", "cockroach"],
    [1433, "a SQL Server database", "mssql-server-linux azure-sql-edge"],
    [9200, "a search engine", "elasticsearch opensearch"],
    [8123, "a ClickHouse database", "clickhouse clickhouse-server"],
    [8086, "an InfluxDB database", "influxdb"],
    [5984, "a CouchDB database", "couchdb"],
    [7687, "a Neo4j database", "neo4j"],
  ].flatMap(([port, what, names]) => {
    return String(names)
      .split(" ")
      .map((name) => [name, { port: Number(port), what: String(what) }] as const);
  }),
);

/** Ports that speak a protocol other than HTTP, whatever the image is called. */
export const otherThanHttp: ReadonlySet<number> = new Set([
  21, 22, 25, 53, 110, 143, 389, 465, 587, 636, 993, 995, 1025, 1433, 1521, 1883, 2181, 2379, 3306, 4222, 5432, 5433,
  5671, 5672, 6379, 6380, 8883, 9042, 9092, 9093, 9094, 11211, 26257, 27017, 27018, 33060,
]);

/** Ports that debuggers listen on, in addition to the app's own port. */
export const debuggerPorts: ReadonlySet<number> = new Set([5005, 5858, 9229, 9230, 35_729]);

/** Returns `postgres` for `docker.io/library/postgres:17@sha256:…`. */
export function imageName(reference: string): string {
  const [withoutDigest = ""] = reference.split("@");
  return (withoutDigest.split("/").at(-1) ?? "").split(":")[0] ?? "";
}
