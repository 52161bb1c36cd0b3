import type { Answer, Ask, Forward, Service } from "./service";

/** The bucket. The engine takes no notice of `If-None-Match`, so it is kept here. */
export class S3Service implements Service {
  readonly name = "s3";
  private readonly keys = new Map<string, Promise<boolean>>();

  operation({ method, path }: Ask): string {
    const query = new URLSearchParams(path.split("?")[1] ?? "");
    if (method === "POST") return query.has("uploads") ? "CreateMultipartUpload" : "CompleteMultipartUpload";
    if (method === "PUT") return query.has("uploadId") ? "UploadPart" : "PutObject";
    if (method === "DELETE") return query.has("uploadId") ? "AbortMultipartUpload" : "DeleteObject";
    return method === "HEAD" ? "HeadObject" : "GetObject";
  }

  failure(kind: "error" | "throttle", count: number): Answer {
    if (kind === "throttle") return failed(503, "SlowDown");
    return count % 2 === 0 ? failed(500, "InternalError") : failed(503, "ServiceUnavailable");
  }

  async carryOut(operation: string, ask: Ask, forward: Forward): Promise<Answer> {
    const key = ask.path.split("?")[0]!;
    const makes = operation === "PutObject" || operation === "CompleteMultipartUpload";
    if (!makes || ask.headers["if-none-match"] !== "*") return forward(ask);
    if (await this.keys.get(key)) return failed(412, "PreconditionFailed");
    const answer = forward(ask);
    this.keys.set(
      key,
      answer.then(
        ({ status }) => status === 200,
        () => false,
      ),
    );
    return answer;
  }
}

function failed(status: number, code: string): Answer {
  const text = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>injected</Message></Error>`;
  return { status, headers: { "content-type": "application/xml" }, body: Buffer.from(text) };
}
