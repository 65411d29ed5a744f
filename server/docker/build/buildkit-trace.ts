import { BinaryReader } from "@bufbuild/protobuf/wire";

/** A step of the build graph. */
export interface Vertex {
  readonly digest: string;
  /** For example "[build 2/4] RUN npm ci". */
  readonly name: string;
  readonly cached: boolean;
  readonly started: boolean;
  readonly completed: boolean;
  /** The error message; empty when there is none. */
  readonly error: string;
}

export interface VertexLog {
  /** The digest of the vertex that printed it. */
  readonly vertex: string;
  /** 1 is stdout, 2 is stderr. */
  readonly stream: number;
  readonly bytes: Uint8Array;
}

export interface Trace {
  readonly vertexes: readonly Vertex[];
  readonly logs: readonly VertexLog[];
}

/**
 * Reads the fields of a `moby.buildkit.v1.StatusResponse` that a log needs. The field numbers are from
 * api/services/control/control.proto in moby/buildkit; they never change.
 */
export function decodeTrace(base64: string): Trace {
  const vertexes: Vertex[] = [];
  const logs: VertexLog[] = [];
  readFields(Buffer.from(base64, "base64"), {
    1: (reader) => vertexes.push(decodeVertex(reader.bytes())),
    3: (reader) => logs.push(decodeLog(reader.bytes())),
  });
  return { vertexes, logs };
}

function decodeVertex(bytes: Uint8Array): Vertex {
  const vertex = { digest: "", name: "", cached: false, started: false, completed: false, error: "" };
  readFields(bytes, {
    1: (reader) => {
      vertex.digest = reader.string();
    },
    3: (reader) => {
      vertex.name = reader.string();
    },
    4: (reader) => {
      vertex.cached = reader.bool();
    },
    5: (reader) => {
      vertex.started = reader.bytes().length > 0;
    },
    6: (reader) => {
      vertex.completed = reader.bytes().length > 0;
    },
    7: (reader) => {
      vertex.error = reader.string();
    },
  });
  return vertex;
}

function decodeLog(bytes: Uint8Array): VertexLog {
  const log = { vertex: "", stream: 1, bytes: new Uint8Array() as Uint8Array };
  readFields(bytes, {
    1: (reader) => {
      log.vertex = reader.string();
    },
    3: (reader) => {
      log.stream = Number(reader.int64());
    },
    4: (reader) => {
      log.bytes = reader.bytes();
    },
  });
  return log;
}

function readFields(bytes: Uint8Array, fields: Readonly<Record<number, (reader: BinaryReader) => void>>): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    const read = fields[field];
    if (read === undefined) reader.skip(wireType);
    else read(reader);
  }
}
