/**
 * What cannot work although every value is one.
 *
 * @module
 */
import { problemsOf } from "../native.ts";
import { isConfidential } from "./parse_value.ts";
import { namedOptions } from "./named_options.ts";
import type { Given } from "./source.ts";

/** Fields that are complained about when they are absent, in words of the loader's. */
const COMPLAINED_OF = [
  "endpoint",
  "tableName",
  "unityCatalogUrl",
  "clientId",
  "clientSecret",
  "debug.outputDir",
  "tls.cert",
];

/**
 * What a wrapper would refuse: a sentence each, with the place that the value comes from.
 *
 * @param given what files and variables have given, by path
 */
export function impossible(
  configuration: Readonly<Record<string, unknown>>,
  given: ReadonlyMap<string, Given>,
): string[] {
  const { clientId, clientSecret, headersProvider } = configuration;
  // Whoever names no credentials here gives them to the wrapper.
  const isOpen = clientId === undefined && clientSecret === undefined &&
    headersProvider === undefined;
  const whole = isOpen ? { ...configuration, headersProvider: () => ({}) } : configuration;
  const kinds = new Map(namedOptions().map(([path, { kind }]) => [path, kind]));
  return problemsOf(whole).sentences.flatMap((sentence) => {
    const end = sentence.indexOf(":");
    const field = sentence.slice(0, end);
    const place = given.get(field)?.place ??
      [...given.values()].find(({ path }) => path.startsWith(`${field}.`))?.place;
    if (place === undefined) return COMPLAINED_OF.includes(field) ? [] : [sentence];
    const kind = kinds.get(field);
    const isHidden = kind !== undefined && isConfidential(kind);
    const problem = sentence.slice(end);
    return [`${place}${isHidden ? problem.replace(/, got ".*$/s, ", got other text") : problem}`];
  });
}
