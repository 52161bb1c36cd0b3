import type { Readable } from "node:stream";
import { CopyObjectCommand, GetObjectCommand, type S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { tagOf } from "../call-id";
import type { PayloadRef } from "../record";
import type { CallTable, Deadline } from "./call-table";

/** Of an input: the record stays below 1 KB with it. */
export const INLINE_BYTES = 480;

/** An item of its own costs a write for each KB: up to this less than an object in S3. */
export const ITEM_BYTES = 4096;

/** A call's input, or what an attempt has brought. */
export type Part = "in" | `out#${number}`;

/** Where payloads are kept, by their size. */
export class Payloads {
  constructor(
    private readonly table: CallTable,
    private readonly s3: S3Client,
    private readonly bucket: string,
  ) {}

  /** @param inlineBytes up to which the record itself may hold it */
  async put(
    id: string,
    part: Part,
    body: string,
    o: { inlineBytes: number; expiresAt: number; sha256: string },
    signal?: Deadline,
  ): Promise<PayloadRef> {
    const bytes = Buffer.byteLength(body);
    // The record has it as a JSON text within one, where each quote takes two bytes.
    if (bytes <= o.inlineBytes && Buffer.byteLength(JSON.stringify(body)) <= o.inlineBytes) {
      return { in: "record", body };
    }
    if (bytes <= ITEM_BYTES) {
      if (!(await this.table.putPayload(id, part, body, o.expiresAt, signal)))
        throw new Error(`${id} has a ${part} already`);
      return { in: "item", bytes };
    }
    await this.upload(id, part, Buffer.from(body), signal);
    return { in: "s3", bytes, sha256: o.sha256 };
  }

  /** Streams a body into the bucket, in parts; what is written is whole or not there. */
  async upload(id: string, part: Part, body: Buffer | Readable, signal?: Deadline): Promise<void> {
    const upload = new Upload({
      client: this.s3,
      params: {
        Bucket: this.bucket,
        Key: objectKey(id, part),
        Body: body,
        ContentType: "application/json",
        IfNoneMatch: "*",
      },
      queueSize: 2,
    });
    const abort = () => void upload.abort();
    signal?.addEventListener("abort", abort);
    try {
      await upload.done();
    } catch (error) {
      // There since a try before, whose answer was lost: keys name one attempt of one call.
      if (!(error instanceof S3ServiceException && error.$metadata.httpStatusCode === 412)) throw error;
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  async text(id: string, part: Part, ref: PayloadRef, signal?: Deadline): Promise<string> {
    if (ref.in === "record") return ref.body;
    if (ref.in === "item") {
      const body = await this.table.payload(id, part, signal);
      if (body === undefined) throw new Error(`the ${part} of ${id} is gone`);
      return body;
    }
    const { Body } = await this.get(id, part, signal);
    return Body!.transformToString("utf8");
  }

  /** Of one in the bucket. */
  async stream(id: string, part: Part, signal?: Deadline): Promise<Readable> {
    return (await this.get(id, part, signal)).Body as Readable;
  }

  /** Has a payload stay as long as a call that lives on. False when it is gone already. */
  async keep(id: string, part: Part, ref: PayloadRef, expiresAt: number, signal?: Deadline): Promise<boolean> {
    if (ref.in === "record") return true;
    if (ref.in === "item") return this.table.keepPayload(id, part, expiresAt, signal);
    const Key = objectKey(id, part);
    try {
      // The bucket's lifecycle counts from when an object was written; S3 writes one over itself only with other metadata.
      await this.s3.send(
        new CopyObjectCommand({
          Bucket: this.bucket,
          Key,
          CopySource: `${this.bucket}/${Key}`,
          MetadataDirective: "REPLACE",
          ContentType: "application/json",
        }),
        { abortSignal: signal },
      );
      return true;
    } catch (error) {
      if (isNoObject(error)) return false;
      throw error;
    }
  }

  private get(id: string, part: Part, signal: Deadline) {
    return this.s3.send(new GetObjectCommand({ Bucket: this.bucket, Key: objectKey(id, part) }), {
      abortSignal: signal,
    });
  }
}

/**
 * Whether that is what S3 says of an object that is not there. To who may not list the bucket, and no task may, it does not tell that
 * from one that it does not show.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 */
export function isNoObject(error: unknown): boolean {
  if (!(error instanceof S3ServiceException)) return false;
  const isOtherRefusal = /not authorized to perform: (?!s3:ListBucket)/.test(error.message);
  return error.name === "NoSuchKey" || (error.name === "AccessDenied" && !isOtherRefusal);
}

/** Where in the bucket a payload is. */
export function objectKey(id: string, part: Part): string {
  return `calls/${tagOf(id)}/${id}/${part.replace("#", "/")}`;
}
