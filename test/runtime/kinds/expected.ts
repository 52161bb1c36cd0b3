import { createHash } from "node:crypto";
import type { ClientAnswer } from "./client";

/** Of one connection or of one moment. */
const OWN_HEADERS = new Set(["connection", "keep-alive", "transfer-encoding", "date", "sec-websocket-accept"]);

/** What has to be the same, in a form that a difference can be read in.
 *  @param oneTime what cannot be */
export function comparable({ status, headers, body, trailers = [] }: ClientAnswer, oneTime?: RegExp) {
  const lasting = (written: string) => (oneTime ? written.replace(oneTime, "") : written);
  const content = lasting(text(body));
  const kept = headers.filter(([name]) => !OWN_HEADERS.has(name) && !name.startsWith("x-slipway-"));
  return {
    status,
    // Flask lists the methods in another order in every process.
    headers: kept
      .map(([name, value]) => lasting(`${name}: ${name === "allow" ? value.split(", ").sort() : value}`))
      .sort(),
    body: content.length < 7_500 ? content : `sha256 ${createHash("sha256").update(content).digest("hex")}`,
    trailers,
  };
}

function text(base64: string): string {
  return Buffer.from(base64, "base64").toString("latin1");
}

/** What the app alone would say below a prefix, in the headers that lead somewhere. */
export function below(prefix: string, host: string, answer: ClientAnswer): ClientAnswer {
  if (prefix === "") return answer;
  const headers = answer.headers.map(([name, value]) => {
    if (name === "location") return [name, value.replace(rootOf(host, prefix), `$1${prefix}/`)] as const;
    if (name === "set-cookie") return [name, value.replace(/Path=\/(?=;|$)/, `Path=${prefix}/`)] as const;
    return [name, value] as const;
  });
  return { ...answer, headers };
}

/** The root of a host, where it is not below the prefix already. */
function rootOf(host: string, prefix: string): RegExp {
  return new RegExp(`^(http://${host})?/(?!${prefix.slice(1)}/)`);
}
