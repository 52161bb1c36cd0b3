import type { Journal } from "../journal";
import { type Answer, type Ask, type Forward, json, type Service, withBody } from "./service";

type Item = Readonly<Record<string, { readonly S?: string; readonly N?: string }>>;

/** The calls table, each of whose writes to a call's record is written down with what came of it. */
export class DynamodbService implements Service {
  readonly name = "dynamodb";
  /** Writes to one item, one after the other: the journal has them in the order in which they took place. */
  private readonly turns = new Map<string, Promise<unknown>>();

  constructor(private readonly journal: Journal) {}

  operation({ headers }: Ask): string {
    return String(headers["x-amz-target"]).split(".").at(-1)!;
  }

  failure(kind: "error" | "throttle", count: number): Answer {
    const type = (name: string) => ({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: "injected" });
    if (kind === "throttle") {
      return json(400, type(count % 2 === 0 ? "ProvisionedThroughputExceededException" : "ThrottlingException"));
    }
    return count % 2 === 0 ? json(500, type("InternalServerError")) : json(503, type("ServiceUnavailable"));
  }

  async carryOut(operation: string, ask: Ask, forward: Forward): Promise<Answer> {
    if (operation !== "PutItem" && operation !== "UpdateItem") return forward(ask);
    const body = JSON.parse(ask.body.toString());
    const { pk, sk } = (body.Key ?? body.Item) as Item;
    const call = pk?.S ?? "";
    if (!call.startsWith("fc-") || sk?.S !== "call") return forward(ask);
    return this.inTurn(call, () =>
      operation === "PutItem" ? this.create(call, body, ask, forward) : this.update(call, body, ask, forward),
    );
  }

  private async create(call: string, body: { Item: Item }, ask: Ask, forward: Forward): Promise<Answer> {
    const answer = await forward(ask);
    if (answer.status === 200) this.write(call, body.Item);
    return answer;
  }

  /** Asks for the record as it is afterwards, which the client has not done. */
  private async update(call: string, body: { ReturnValues?: string }, ask: Ask, forward: Forward): Promise<Answer> {
    const isOurs = body.ReturnValues === undefined || body.ReturnValues === "NONE";
    if (!isOurs && body.ReturnValues !== "ALL_NEW") throw new Error(`a record is changed for its ${body.ReturnValues}`);
    const answer = await forward(withBody(ask, { ...body, ReturnValues: "ALL_NEW" }));
    if (answer.status !== 200) return answer;
    const { Attributes, ...rest } = JSON.parse(answer.body.toString());
    this.write(call, Attributes);
    return isOurs ? withBody(answer, rest) : answer;
  }

  private write(call: string, item: Item): void {
    this.journal.write({
      e: "write",
      call,
      state: item.state!.S!,
      attempt: Number(item.attempt!.N),
      ...(item.retried && { retried: Number(item.retried.N) }),
      ...(item.finishedAt && {
        finishedAt: Number(item.finishedAt.N),
        ending: `${item.output?.S ?? ""}${item.error?.S ?? ""}`.slice(0, 500),
      }),
    });
  }

  private inTurn<T>(call: string, job: () => Promise<T>): Promise<T> {
    const turn = (this.turns.get(call) ?? Promise.resolve()).then(job, job);
    this.turns.set(call, turn);
    const done = () => {
      if (this.turns.get(call) === turn) this.turns.delete(call);
    };
    turn.then(done, done);
    return turn;
  }
}
