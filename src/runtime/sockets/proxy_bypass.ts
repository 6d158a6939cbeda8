/**
 * Hosts that are not reached through a proxy.
 *
 * @module
 */

/**
 * Whether a host is in a list such as `localhost,.internal.example,10.0.0.7:8443`: itself, or what
 * it ends in; `*` is every host. A port makes an entry hold for that port alone.
 */
export function isBypassed(target: URL, list: string): boolean {
  const host = hostOf(target);
  const port = target.port || (target.protocol === "http:" ? "80" : "443");
  return list.split(",").some((item) => {
    const entry = item.trim().toLowerCase();
    if (entry === "*") return true;
    // An IPv6 address has colons of its own, and a port only behind brackets.
    const [, bracketed, plain, wanted] =
      /^(?:\[([^\]]+)\]|([^:]*|.*:.*:.*?))(?::(\d+))?$/.exec(entry) ?? [];
    const name = (bracketed ?? plain ?? "").replace(/^\*?\./, "");
    if (name === "" || (wanted !== undefined && wanted !== port)) return false;
    return host === name || host.endsWith(`.${name}`);
  });
}

/** Whether a host is this machine. */
export function isLoopback(target: URL): boolean {
  const host = hostOf(target);
  return host === "localhost" || host.endsWith(".localhost") || host === "::1" ||
    /^127(?:\.\d+){3}$/.test(host);
}

/** Without the brackets of IPv6. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, "").toLowerCase();
}
