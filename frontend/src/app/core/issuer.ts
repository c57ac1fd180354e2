/** Authorities of Entra ID that are for several tenants: their issuer is a pattern of all of them. */
const SEVERAL_TENANTS = /^\/(?:organizations|common)\/v2\.0$/;
const ANY_TENANT = '/{tenantid}/v2.0';

/** The local cloud's sign-in page is there in plain http, beside its issuer with TLS. */
export function isOnThisMachine(authority: string): boolean {
  const { protocol, hostname } = new URL(authority);
  return protocol === 'http:' && hostname === 'localhost';
}

/**
 * Whether the document of `authority` may name this issuer: its own address, or, with several
 * tenants, the pattern of all of them at the same host.
 */
export function isIssuerOf(authority: string, issuer: string): boolean {
  const { origin, pathname } = new URL(authority);
  const path = SEVERAL_TENANTS.test(pathname) ? ANY_TENANT : pathname;
  if (!isOnThisMachine(authority)) return issuer === origin + path;
  const local = /^https?:\/\/localhost:\d+(\/.*)$/.exec(issuer);
  return local?.[1] === path;
}
