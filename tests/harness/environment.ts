/**
 * What a behavioural suite knows of the place it runs in. Suites are functions of an environment,
 * so the same ones run on Deno, Bun, Node and workerd, against source or against the package.
 *
 * @module
 */
import type { RecordFormat } from "../../src/core/record_format.ts";
import type { Protocol } from "../../src/core/transport.ts";
import type {
  LocalFaults,
  LocalRequest,
  LocalRow,
  LocalZerobus,
  LocalZerobusOptions,
  RestartOptions,
} from "@zerobus/wrapper/testing";

/** The runtimes that the library is for. */
export type Runtime = "deno" | "bun" | "node" | "workerd";

/** The entry point under test, as a namespace: its runtime's own, or the core's in a worker. */
export type Library = typeof import("@zerobus/wrapper");

/** The entry point about the accelerator, as a namespace. */
export type AcceleratorLibrary = typeof import("@zerobus/wrapper/accelerator");

/** Registers the tests of one behaviour. */
export type Suite = (env: TestEnvironment) => void;

/** A way to a table: a protocol, and a format that it carries. */
export interface Road {
  /** For the names of tests: the protocol, with the format unless that is Protobuf. */
  readonly name: string;
  /** How requests travel. */
  readonly protocol: Protocol;
  /** How records are written. */
  readonly recordFormat: RecordFormat;
  /** Both, as options of a wrapper. */
  readonly configuration: {
    readonly protocol: Protocol;
    readonly recordFormat: RecordFormat;
  };
}

/** What is said of a place; the roads follow from it. */
export type Place = Pick<TestEnvironment, "runtime" | "protocols" | "library" | "accelerator">;

/** Where a suite runs, and what it has there. */
export interface TestEnvironment {
  /** Whose event loop this is. */
  readonly runtime: Runtime;
  /** The protocols that work here. */
  readonly protocols: readonly Protocol[];
  /** Every protocol with every format that it carries: what most suites run over. */
  readonly roads: readonly Road[];
  /**
   * What is tested. Suites take everything of the library from here, its error classes too, and
   * import types only.
   */
  readonly library: Library;
  /** The same for the accelerator. */
  readonly accelerator: AcceleratorLibrary;
  /** Starts a local Zerobus; the test closes it. It may live in another process. */
  startLocal(options?: LocalOptions): Promise<LocalHandle>;
}

/** Options of a local server; a signal cannot travel to another process. */
export type LocalOptions = Omit<LocalZerobusOptions, "signal">;

/** What a test sees of a local Zerobus, wherever it lives. */
export interface LocalHandle extends AsyncDisposable {
  /** The endpoint. */
  readonly url: string;
  /** Where tokens come from. */
  readonly unityCatalogUrl: string;
  /** Credentials that it accepts. */
  readonly clientId: string;
  /** Credentials that it accepts. */
  readonly clientSecret: string;
  /** What landed in a table so far; nothing for one that nobody wrote to. */
  table(name: string): Promise<TableContent>;
  /** The requests that brought those rows, in the order of arrival. */
  requests(name: string): Promise<readonly LandedRequest[]>;
  /** Counters of the server. */
  stats(): Promise<LocalZerobus["stats"]>;
  /** Faults that are left, and how often each kind has happened. */
  faults(): Promise<Pick<LocalFaults, "left" | "fired">>;
  /** Takes the server away and brings it back. */
  restart(options?: RestartOptions): Promise<void>;
  /** Stops the server. May be called twice. */
  close(): Promise<void>;
}

/** A request as it is now, with its rows. */
export interface LandedRequest extends Omit<LocalRequest, "rows" | "records"> {
  /** Its rows. */
  readonly rows: readonly LocalRow[];
}

/** The rows of a table. */
export interface TableContent {
  /** Rows that landed. */
  readonly rowCount: number;
  /** Those of them that were kept, in the order of arrival. */
  readonly rows: readonly unknown[];
}
