/** Version of this package, as in its manifest. */
export const VERSION = "0.1.0";

/** What connections call themselves: this package, and the application if it has a name. */
export function userAgentOf(applicationName: string | undefined): string {
  const name = `zerobus-wrapper-ts/${VERSION}`;
  return applicationName === undefined ? name : `${name} ${applicationName}`;
}
