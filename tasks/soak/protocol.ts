/**
 * What the processes of the soak say to each other.
 *
 * @module
 */

/** What the server's process prints when it is ready. */
export interface ServerFacts {
  /** Endpoint. */
  readonly url: string;
  /** Where tokens come from. */
  readonly unityCatalogUrl: string;
  /** Credentials. */
  readonly clientId: string;
  /** Credentials. */
  readonly clientSecret: string;
  /** Where commands go. */
  readonly controlUrl: string;
}

/** What the client's process is given as its argument, as JSON. */
export interface ClientOrders {
  /** Where to send. */
  readonly server: ServerFacts;
  /** How long. */
  readonly seconds: number;
  /** Seed of what chance decides. */
  readonly seed: number;
  /** Names of the roads to send over, with commas between them; empty for all. */
  readonly roads: string;
}
