import { type CallError, type CallRecord, type PayloadRef, sha256 } from "../../../../calls";
import { INLINE_BYTES, ITEM_BYTES, type Part } from "../../../../calls/aws";
import { FileProblem } from "./executor";
import { persist } from "./persist";
import type { WorkerContext } from "./worker-context";

/** However large it is. */
const LARGE_TRY_MS = 15 * 60_000;

/** The attempt has no result that could be recorded, and this is why. */
export class NoOutput extends Error {
  constructor(readonly error: CallError) {
    super(error.message);
  }
}

type Result = { readonly text: string } | { readonly file: string };

/** Puts a result where it is kept, under a key that names the attempt: what another attempt wrote stays as it is. */
export async function keepOutput(
  record: CallRecord,
  result: Result,
  { payloads, files, config, clock }: WorkerContext,
  isOfUse: () => boolean,
): Promise<PayloadRef> {
  const part: Part = `out#${record.attempt}`;
  const expiresAt = Math.ceil(clock.now() / 1000) + config.retentionS;
  const put = async (text: string) => {
    limit(Buffer.byteLength(text), config.maxPayloadBytes);
    const options = { inlineBytes: INLINE_BYTES, expiresAt, sha256: sha256(text) };
    return persist((signal) => payloads.put(record.id, part, text, options, signal), isOfUse);
  };
  if ("text" in result) return put(result.text);

  const file = await files.openResult(result.file).catch((error) => {
    if (!(error instanceof FileProblem)) throw error;
    throw new NoOutput({ type: "InvalidResult", message: error.message, traceback: "" });
  });
  try {
    limit(file.bytes, config.maxPayloadBytes);
    if (file.bytes <= ITEM_BYTES) return await put(await file.text());
    const digest = await file.sha256();
    await persist((signal) => payloads.upload(record.id, part, file.stream(), signal), isOfUse, LARGE_TRY_MS);
    return { in: "s3", bytes: file.bytes, sha256: digest };
  } finally {
    await file.close();
  }
}

function limit(bytes: number, most: number): void {
  if (bytes <= most) return;
  const message = `the result is ${bytes} bytes of JSON, and the function's maxPayload is ${most}: return where it is kept`;
  throw new NoOutput({ type: "PayloadTooLarge", message, traceback: "" });
}
