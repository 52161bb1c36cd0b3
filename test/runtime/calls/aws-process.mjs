// DynamoDB, SQS and S3 of this machine, in a process of their own: one of them is an ES module, and what they use of the
// processor is not the test's. Prints their addresses, and ends with its standard input.
import { createRequire } from "node:module";
import { startFauxqs } from "fauxqs";

const dynalite = createRequire(import.meta.url)("dynalite");
const tables = dynalite({ createTableMs: 0, updateTableMs: 0, deleteTableMs: 0 });
await new Promise((resolve) => tables.listen(0, "127.0.0.1", resolve));
const fauxqs = await startFauxqs({ port: 0, logger: false, defaultRegion: "eu-west-1" });
console.log(JSON.stringify({ dynamodb: tables.address().port, aws: fauxqs.port }));
process.stdin.resume().once("end", () => process.exit(0));
