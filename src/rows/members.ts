/**
 * Members of objects.
 *
 * @module
 */

/** The values of one member; undefined where there is none, whatever all objects inherit. */
export function readMembers(
  objects: readonly (object | undefined)[],
  name: string,
): unknown[] {
  const isInherited = name in Object.prototype;
  return objects.map((object) => {
    if (object === undefined || (isInherited && !Object.hasOwn(object, name))) return undefined;
    return (object as Readonly<Record<string, unknown>>)[name];
  });
}
