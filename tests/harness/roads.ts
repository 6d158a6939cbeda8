/**
 * The ways to a table that exist: every protocol of a place with every format that it carries.
 *
 * @module
 */
import { FORMATS_OF, type Protocol } from "../../src/core/transport.ts";
import type { Road } from "./environment.ts";

/** The roads over these protocols. */
export function roadsOver(protocols: readonly Protocol[]): Road[] {
  return protocols.flatMap((protocol) =>
    FORMATS_OF[protocol].map((recordFormat) => ({
      name: recordFormat === FORMATS_OF[protocol][0]
        ? protocol
        : `${protocol} with ${recordFormat}`,
      protocol,
      recordFormat,
      configuration: { protocol, recordFormat },
    }))
  );
}
