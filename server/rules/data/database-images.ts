/** Facts about an image that stores data for other services. */
export interface DatabaseImage {
  /** A noun phrase: "a PostgreSQL database". */
  readonly what: string;
  /** Where it keeps its data by default; the first folder is the usual one. */
  readonly folders: readonly string[];
  /** Variables that name another folder, in order of precedence. */
  readonly variables: readonly string[];
  /** The command-line option that names another folder; it takes precedence over variables. */
  readonly option: string | null;
  /** Whether `--save ""` turns its persistence off, unless it is configured to append. */
  readonly mayBeCache: boolean;
}

type Row = readonly [
  what: string,
  names: string,
  folders: string,
  details?: Partial<Omit<DatabaseImage, "what" | "folders">>,
];

/** Keyed by the last part of the repository's name, or by the last two where one part is ambiguous. */
const rows: readonly Row[] = [
  [
    "a PostgreSQL database",
    "postgres postgresql postgresql-repmgr postgis pgrouting timescaledb timescaledb-ha pgvector pgvecto-rs vchord-postgres paradedb citusdata/citus pgroonga apache/age",
    "/var/lib/postgresql/data /var/lib/postgresql /bitnami/postgresql /home/postgres/pgdata",
    { variables: ["PGDATA", "POSTGRESQL_DATA_DIR"] },
  ],
  [
    "a MySQL database",
    "mysql mysql-server mysql/community-server percona percona-server",
    "/var/lib/mysql /bitnami/mysql",
    { option: "--datadir", variables: ["MYSQL_DATA_DIR"] },
  ],
  [
    "a MariaDB database",
    "mariadb mariadb-galera",
    "/var/lib/mysql /bitnami/mariadb",
    { option: "--datadir", variables: ["MARIADB_DATA_DIR"] },
  ],
  [
    "a MongoDB database",
    "mongo mongodb mongodb-community-server mongodb-enterprise-server percona-server-mongodb",
    "/data/db /bitnami/mongodb",
    { option: "--dbpath", variables: ["MONGODB_DATA_DIR"] },
  ],
  ["a FerretDB database", "ferretdb", "/state"],
  [
    "a Redis database",
    "redis redismod redis-stack redis-stack-server valkey valkey-bundle keydb",
    "/data /bitnami/redis /bitnami/valkey",
    { option: "--dir", mayBeCache: true },
  ],
  // A node holds a part of the keys, and cannot be made a replica.
  [
    "a Redis cluster",
    "redis-cluster valkey-cluster",
    "/data /bitnami/redis /bitnami/valkey",
    { option: "--dir", mayBeCache: true },
  ],
  ["a Dragonfly database", "dragonfly", "/data", { option: "--dir", mayBeCache: true }],
  ["a RabbitMQ broker", "rabbitmq", "/var/lib/rabbitmq /bitnami/rabbitmq", { variables: ["RABBITMQ_MNESIA_BASE"] }],
  [
    "a Kafka broker",
    "kafka cp-kafka kafka-native redpanda",
    "/var/lib/kafka/data /bitnami/kafka /var/lib/redpanda/data",
  ],
  ["a ZooKeeper", "zookeeper cp-zookeeper", "/data /bitnami/zookeeper /var/lib/zookeeper"],
  ["an etcd store", "etcd", "/etcd-data /bitnami/etcd", { option: "--data-dir", variables: ["ETCD_DATA_DIR"] }],
  ["a Cassandra database", "cassandra scylla", "/var/lib/cassandra /bitnami/cassandra /var/lib/scylla"],
  ["a CockroachDB database", "cockroach", "/cockroach/cockroach-data", { option: "--store" }],
  ["a SQL Server database", "mssql/server mssql-server-linux azure-sql-edge", "/var/opt/mssql"],
  [
    "an Elasticsearch cluster",
    "elasticsearch",
    "/usr/share/elasticsearch/data /bitnami/elasticsearch/data",
    { variables: ["path.data"] },
  ],
  [
    "an OpenSearch cluster",
    "opensearch",
    "/usr/share/opensearch/data /bitnami/opensearch/data",
    { variables: ["path.data"] },
  ],
  ["a ClickHouse database", "clickhouse clickhouse-server", "/var/lib/clickhouse /bitnami/clickhouse"],
  ["an InfluxDB database", "influxdb", "/var/lib/influxdb2 /var/lib/influxdb /var/lib/influxdb3 /bitnami/influxdb"],
  ["a CouchDB database", "couchdb", "/opt/couchdb/data /bitnami/couchdb"],
  ["a Neo4j database", "neo4j", "/data /bitnami/neo4j"],
  ["a MinIO store", "minio minio/minio", "/data /bitnami/minio/data", { variables: ["MINIO_VOLUMES"] }],
  ["a Meilisearch index", "meilisearch", "/meili_data", { option: "--db-path", variables: ["MEILI_DB_PATH"] }],
  ["a Qdrant database", "qdrant", "/qdrant/storage"],
  ["a Typesense index", "typesense", "/data", { option: "--data-dir", variables: ["TYPESENSE_DATA_DIR"] }],
  ["a SurrealDB database", "surrealdb", "/data"],
  ["an ArangoDB database", "arangodb", "/var/lib/arangodb3"],
  ["a RethinkDB database", "rethinkdb", "/data"],
];

const byName: ReadonlyMap<string, DatabaseImage> = new Map(
  rows.flatMap(([what, names, folders, details]) =>
    names
      .split(" ")
      .map(
        (name) =>
          [
            name,
            { what, folders: folders.split(" "), variables: [], option: null, mayBeCache: false, ...details },
          ] as const,
      ),
  ),
);

/**
 * Looks up an image by its repository's name, without registry, owner, tag and digest. Null means it is no known
 * database.
 */
export function databaseImage(reference: string): DatabaseImage | null {
  const [withoutDigest = ""] = reference.toLowerCase().split("@");
  const parts = withoutDigest.replace(/:[^:/]*$/, "").split("/");
  const [owner, name] = [parts.at(-2), parts.at(-1) ?? ""];
  const found = byName.get(`${owner}/${name}`) ?? byName.get(name) ?? null;
  if (!found || !withoutDigest.includes("bitnami")) return found;
  const isTheirs = (folder: string) => folder.startsWith("/bitnami/");
  return { ...found, folders: [...found.folders].sort((a, b) => Number(isTheirs(b)) - Number(isTheirs(a))) };
}
