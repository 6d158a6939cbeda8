/**
 * What a table may be called.
 *
 * @module
 */
const TABLE_NAME = /^\w+\.\w+\.\w+$/;

/** Whether a text is a full table name: three parts of ASCII letters, digits and underscores. */
export function isTableName(text: string): boolean {
  return TABLE_NAME.test(text);
}
