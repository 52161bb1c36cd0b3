import type { SecretPair } from "../../../lib/tokens/secret-pair";

/**
 * A browser's request as a load balancer passes it on, with a token: all servers read the same bytes, and only the gateway
 * with auth looks at that.
 */
export function requestBytes(path: string, { keyId, secret }: SecretPair, headers: readonly string[] = []): Buffer {
  return Buffer.from(
    [
      `GET ${path} HTTP/1.1`,
      "X-Forwarded-For: 203.0.113.7",
      "X-Forwarded-Proto: https",
      "X-Forwarded-Port: 443",
      "Host: acme-prod--hello-greet.apps.acme.com",
      "X-Amzn-Trace-Id: Root=1-67891233-abcdef012345678912345678",
      "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
      "Accept: application/json, text/plain, */*",
      "Accept-Language: en-US,en;q=0.5",
      "Accept-Encoding: gzip, deflate, br",
      `Modal-Key: ${keyId}`,
      `Modal-Secret: ${secret}`,
      ...headers,
      "\r\n",
    ].join("\r\n"),
    "latin1",
  );
}
