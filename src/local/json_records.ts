/**
 * JSON records in a request.
 *
 * @module
 */
import { jsonProblem } from "./columns/fits_json.ts";
import { FramedRecords, type Frames } from "./framed_records.ts";
import type { ResolvedTable } from "./options.ts";
import type { LocalRow } from "./row.ts";

/** JSON objects with members for the columns of a table. */
export class JsonRecords extends FramedRecords {
  readonly #table: ResolvedTable;

  /** Takes them as they are; see {@linkcode FramedRecords.problem}. */
  constructor(frames: Frames, table: ResolvedTable) {
    super(frames);
    this.#table = table;
  }

  row(index: number): LocalRow {
    return parse(this.record(index)) as LocalRow;
  }

  protected problemAt(bytes: Uint8Array, start: number, end: number): string | undefined {
    let record: unknown;
    try {
      record = parse(bytes.subarray(start, end));
    } catch {
      return "it is no JSON in UTF-8";
    }
    if (typeof record !== "object" || record === null || Array.isArray(record)) {
      return "it is no JSON object";
    }
    const { name, columns } = this.#table;
    if (columns === undefined) return undefined;
    const members = new Map(Object.entries(record));
    for (const [member, value] of members) {
      const column = columns.get(member);
      // The member is the client's content and may be anything.
      if (column === undefined) return `a member is no column of ${name}`;
      const problem = column.type && jsonProblem(column.type, value, member);
      if (problem !== undefined) return problem;
    }
    for (const [column, { nullable }] of columns) {
      if (!nullable && (members.get(column) ?? null) === null) {
        return `column ${column} of ${name} may not be null`;
      }
    }
    return undefined;
  }
}

function parse(record: Uint8Array): unknown {
  return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(record));
}
