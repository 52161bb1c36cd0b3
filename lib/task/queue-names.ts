import { type Identity, physicalName } from "../naming";

/** @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html */
const LONGEST_NAME = 80;

/** A function's queues are named by what the function is, so that who calls it from another stack can name them too. */
export function queueNames(fn: Identity): { readonly queue: string; readonly deadLetters: string } {
  return {
    queue: physicalName(fn, { maxLength: LONGEST_NAME, kind: "calls" }),
    deadLetters: physicalName(fn, { maxLength: LONGEST_NAME, kind: "dead-letters" }),
  };
}
